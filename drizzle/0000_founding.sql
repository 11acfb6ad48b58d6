CREATE TABLE "api_keys" (
	"key_id" uuid PRIMARY KEY NOT NULL,
	"scope" text NOT NULL,
	"business_id" text,
	"instance_id" text,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_keys_scope" CHECK (("api_keys"."scope" = 'admin' and "api_keys"."business_id" is null and "api_keys"."instance_id" is null)
      or ("api_keys"."scope" = 'business' and "api_keys"."business_id" is not null and "api_keys"."instance_id" is null)
      or ("api_keys"."scope" = 'instance' and "api_keys"."business_id" is not null and "api_keys"."instance_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "businesses" (
	"business_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"conversation_id" uuid PRIMARY KEY NOT NULL,
	"instance_id" text NOT NULL,
	"jid" text NOT NULL,
	"in_seq" bigint DEFAULT 0 NOT NULL,
	"handled_seq" bigint DEFAULT 0 NOT NULL,
	"out_seq" bigint DEFAULT 0 NOT NULL,
	"acked_seq" bigint DEFAULT 0 NOT NULL,
	"hold_seq" bigint DEFAULT 0 NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL,
	"commit_id" uuid,
	"state" jsonb NOT NULL,
	"open_call_until" timestamp (3) with time zone,
	"quiet_until" timestamp (3) with time zone,
	"not_before" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dead_letters" (
	"dead_letter_id" uuid PRIMARY KEY NOT NULL,
	"instance_id" text,
	"source" text NOT NULL,
	"source_key" text NOT NULL,
	"reason" text NOT NULL,
	"details" text[] NOT NULL,
	"payload" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "dead_letters_source_key_unique" UNIQUE("source_key")
);
--> statement-breakpoint
CREATE TABLE "inbox" (
	"conversation_id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"kind" text NOT NULL,
	"from_me" boolean NOT NULL,
	"key_id" text NOT NULL,
	"message_id" text NOT NULL,
	"event" jsonb NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "inbox_conversation_id_seq_pk" PRIMARY KEY("conversation_id","seq")
);
--> statement-breakpoint
CREATE TABLE "instances" (
	"instance_id" text PRIMARY KEY NOT NULL,
	"business_id" text NOT NULL,
	"name" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"conversation_id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"reply_id" uuid NOT NULL,
	"reply" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"handed_at" timestamp (3) with time zone,
	"acked_at" timestamp (3) with time zone,
	"key_ids" text[],
	"failure" text,
	CONSTRAINT "outbox_conversation_id_seq_pk" PRIMARY KEY("conversation_id","seq"),
	CONSTRAINT "outbox_reply_id_unique" UNIQUE("reply_id")
);
--> statement-breakpoint
CREATE TABLE "sent_keys" (
	"instance_id" text NOT NULL,
	"key_id" text NOT NULL,
	"sent_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sent_keys_instance_id_key_id_pk" PRIMARY KEY("instance_id","key_id")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"session_id" uuid PRIMARY KEY NOT NULL,
	"conversation_id" uuid NOT NULL,
	"instance_id" text NOT NULL,
	"key_remote_jid" text NOT NULL,
	"typebot_integration_id" uuid,
	"status" text NOT NULL,
	"reason" text,
	"bot" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "turns" (
	"conversation_id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"final" text NOT NULL,
	"reason" text,
	"session_id" uuid,
	"transcript" jsonb NOT NULL,
	"ended_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "turns_conversation_id_seq_pk" PRIMARY KEY("conversation_id","seq")
);
--> statement-breakpoint
CREATE TABLE "typebot_integrations" (
	"typebot_integration_id" uuid PRIMARY KEY NOT NULL,
	"instance_id" text NOT NULL,
	"public_id" text NOT NULL,
	"typebot_url" text NOT NULL,
	"enabled" boolean NOT NULL,
	"settings" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "typebot_integrations_instance_id_unique" UNIQUE("instance_id")
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_business_id_businesses_business_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("business_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_instance_id_instances_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instances"("instance_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "instances" ADD CONSTRAINT "instances_business_id_businesses_business_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("business_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "typebot_integrations" ADD CONSTRAINT "typebot_integrations_instance_id_instances_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instances"("instance_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_keys_by_business" ON "api_keys" USING btree ("business_id");--> statement-breakpoint
CREATE INDEX "conversations_by_chat" ON "conversations" USING btree ("instance_id","jid");--> statement-breakpoint
CREATE INDEX "conversations_with_work" ON "conversations" USING btree ("conversation_id") WHERE in_seq > handled_seq;--> statement-breakpoint
CREATE INDEX "dead_letters_by_instance" ON "dead_letters" USING btree ("instance_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "inbox_once" ON "inbox" USING btree ("conversation_id","from_me","key_id");--> statement-breakpoint
CREATE INDEX "instances_by_business" ON "instances" USING btree ("business_id");--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "outbox" USING btree ("conversation_id","seq") WHERE handed_at is null;--> statement-breakpoint
CREATE INDEX "outbox_in_flight" ON "outbox" USING btree ("handed_at") WHERE handed_at is not null and acked_at is null;--> statement-breakpoint
CREATE INDEX "sessions_newest" ON "sessions" USING btree ("instance_id","created_at" DESC NULLS LAST,"session_id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "sessions_by_chat" ON "sessions" USING btree ("instance_id","key_remote_jid");--> statement-breakpoint
CREATE UNIQUE INDEX "sessions_one_live_per_chat" ON "sessions" USING btree ("instance_id","key_remote_jid") WHERE status <> 'closed';--> statement-breakpoint
CREATE INDEX "turns_by_session" ON "turns" USING btree ("session_id");