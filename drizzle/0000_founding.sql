CREATE TABLE "session_events" (
	"session_event_id" uuid PRIMARY KEY NOT NULL,
	"place" bigint GENERATED ALWAYS AS IDENTITY (sequence name "session_events_place_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"instance_id" text NOT NULL,
	"type" text NOT NULL,
	"data" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"published_at" timestamp (3) with time zone,
	"queued_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"session_event_id" uuid NOT NULL,
	"webhook_id" uuid NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp (3) with time zone DEFAULT now(),
	"delivered_at" timestamp (3) with time zone,
	"failure" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhook_deliveries_session_event_id_webhook_id_pk" PRIMARY KEY("session_event_id","webhook_id")
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"webhook_id" uuid PRIMARY KEY NOT NULL,
	"instance_id" text NOT NULL,
	"url" text NOT NULL,
	"secret" text NOT NULL,
	"types" text[] NOT NULL,
	"enabled" boolean NOT NULL,
	"failing_since" timestamp (3) with time zone,
	"disabled_reason" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "bulk_start_contacts" (
	"bulk_start_id" uuid NOT NULL,
	"place" integer NOT NULL,
	"key_remote_jid" text NOT NULL,
	"variables" jsonb NOT NULL,
	"session_id" uuid,
	"conversation_id" uuid,
	"seq" bigint,
	CONSTRAINT "bulk_start_contacts_bulk_start_id_place_pk" PRIMARY KEY("bulk_start_id","place")
);
--> statement-breakpoint
CREATE TABLE "bulk_starts" (
	"bulk_start_id" uuid PRIMARY KEY NOT NULL,
	"instance_id" text NOT NULL,
	"status" text NOT NULL,
	"per_minute" integer NOT NULL,
	"public_id" text,
	"start_message" text,
	"variables" jsonb NOT NULL,
	"force" boolean NOT NULL,
	"next_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "channels" (
	"instance_id" text PRIMARY KEY NOT NULL,
	"channel_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"settings" jsonb NOT NULL,
	"secrets" text NOT NULL,
	"token_hash" text NOT NULL,
	"previous_token_hash" text,
	"connection" text,
	"connection_at" timestamp (3) with time zone,
	"last_inbound_at" timestamp (3) with time zone,
	"last_acknowledged_at" timestamp (3) with time zone,
	"last_problem" text,
	"last_problem_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "channels_channel_id_unique" UNIQUE("channel_id"),
	CONSTRAINT "channels_token_hash_unique" UNIQUE("token_hash"),
	CONSTRAINT "channels_previous_token_hash_unique" UNIQUE("previous_token_hash")
);
--> statement-breakpoint
CREATE TABLE "delivery_statuses" (
	"instance_id" text NOT NULL,
	"key_id" text NOT NULL,
	"status" text NOT NULL,
	"reason" text,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "delivery_statuses_instance_id_key_id_pk" PRIMARY KEY("instance_id","key_id")
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"conversation_id" uuid PRIMARY KEY NOT NULL,
	"instance_id" text NOT NULL,
	"jid" text NOT NULL,
	"participant" text,
	"merge_from" uuid,
	"in_seq" bigint DEFAULT 0 NOT NULL,
	"handled_seq" bigint DEFAULT 0 NOT NULL,
	"out_seq" bigint DEFAULT 0 NOT NULL,
	"acked_seq" bigint DEFAULT 0 NOT NULL,
	"held_seq" bigint DEFAULT 0 NOT NULL,
	"phone_seq" bigint DEFAULT 0 NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL,
	"delivery_attempts" integer DEFAULT 0 NOT NULL,
	"commit_id" uuid,
	"state" jsonb NOT NULL,
	"open_call_until" timestamp (3) with time zone,
	"quarantine_until" timestamp (3) with time zone,
	"not_before" timestamp (3) with time zone,
	"timer_due_at" timestamp (3) with time zone,
	"timer_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
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
CREATE TABLE "turns" (
	"conversation_id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"final" text NOT NULL,
	"reason" text,
	"session_id" uuid,
	"transcript" jsonb NOT NULL,
	"resolution" text,
	"resolved_by" text,
	"resolved_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "turns_conversation_id_seq_pk" PRIMARY KEY("conversation_id","seq")
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
	"conversation_id" uuid,
	"seq" bigint,
	"status" text DEFAULT 'open' NOT NULL,
	"settled_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "dead_letters_source_key_unique" UNIQUE("source_key")
);
--> statement-breakpoint
CREATE TABLE "identities" (
	"instance_id" text NOT NULL,
	"jid" text NOT NULL,
	"phone_jid" text NOT NULL,
	"learnt_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "identities_instance_id_jid_pk" PRIMARY KEY("instance_id","jid")
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"key_hash" text PRIMARY KEY NOT NULL,
	"new_id" uuid NOT NULL,
	"request_hash" text NOT NULL,
	"status" integer,
	"answer" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "media" (
	"media_id" uuid PRIMARY KEY NOT NULL,
	"instance_id" text NOT NULL,
	"conversation_id" uuid,
	"file_name" text NOT NULL,
	"mime_type" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"transcript" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"conversation_id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"reply_id" uuid NOT NULL,
	"reply" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"dispatched_at" timestamp (3) with time zone,
	"acked_at" timestamp (3) with time zone,
	"look_at" timestamp (3) with time zone,
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
CREATE TABLE "session_closings" (
	"closing_id" uuid PRIMARY KEY NOT NULL,
	"instance_id" text NOT NULL,
	"reason" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
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
CREATE TABLE "instances" (
	"instance_id" text PRIMARY KEY NOT NULL,
	"business_id" text NOT NULL,
	"name" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "retired_instances" (
	"instance_id" text PRIMARY KEY NOT NULL,
	"business_id" text NOT NULL,
	"retired_at" timestamp (3) with time zone DEFAULT now() NOT NULL
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
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_id_webhooks_webhook_id_fk" FOREIGN KEY ("webhook_id") REFERENCES "public"."webhooks"("webhook_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_instance_id_instances_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instances"("instance_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bulk_start_contacts" ADD CONSTRAINT "bulk_start_contacts_bulk_start_id_bulk_starts_bulk_start_id_fk" FOREIGN KEY ("bulk_start_id") REFERENCES "public"."bulk_starts"("bulk_start_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bulk_starts" ADD CONSTRAINT "bulk_starts_instance_id_instances_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instances"("instance_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "channels" ADD CONSTRAINT "channels_instance_id_instances_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instances"("instance_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_business_id_businesses_business_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("business_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_instance_id_instances_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instances"("instance_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "instances" ADD CONSTRAINT "instances_business_id_businesses_business_id_fk" FOREIGN KEY ("business_id") REFERENCES "public"."businesses"("business_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "typebot_integrations" ADD CONSTRAINT "typebot_integrations_instance_id_instances_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instances"("instance_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "session_events_unpublished" ON "session_events" USING btree ("place") WHERE published_at is null;--> statement-breakpoint
CREATE INDEX "session_events_unqueued" ON "session_events" USING btree ("place") WHERE queued_at is null;--> statement-breakpoint
CREATE INDEX "session_events_by_age" ON "session_events" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries" USING btree ("webhook_id","next_at") WHERE next_at is not null;--> statement-breakpoint
CREATE INDEX "webhook_deliveries_newest" ON "webhook_deliveries" USING btree ("webhook_id","created_at" DESC NULLS LAST,"session_event_id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "webhooks_by_instance" ON "webhooks" USING btree ("instance_id");--> statement-breakpoint
CREATE INDEX "bulk_start_contacts_left" ON "bulk_start_contacts" USING btree ("bulk_start_id","place") WHERE conversation_id is null;--> statement-breakpoint
CREATE INDEX "bulk_starts_newest" ON "bulk_starts" USING btree ("instance_id","created_at" DESC NULLS LAST,"bulk_start_id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "bulk_starts_due" ON "bulk_starts" USING btree ("next_at") WHERE status = 'running';--> statement-breakpoint
CREATE INDEX "delivery_statuses_by_age" ON "delivery_statuses" USING btree ("updated_at");--> statement-breakpoint
CREATE INDEX "conversations_by_chat" ON "conversations" USING btree ("instance_id","jid");--> statement-breakpoint
CREATE INDEX "conversations_by_participant" ON "conversations" USING btree ("instance_id","participant") WHERE participant is not null;--> statement-breakpoint
CREATE INDEX "conversations_with_work" ON "conversations" USING btree ("conversation_id") WHERE in_seq > handled_seq;--> statement-breakpoint
CREATE INDEX "conversations_with_timer" ON "conversations" USING btree ("timer_at") WHERE timer_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "inbox_once" ON "inbox" USING btree ("conversation_id","from_me","key_id");--> statement-breakpoint
CREATE INDEX "turns_by_session" ON "turns" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "turns_uncertain" ON "turns" USING btree ("ended_at") WHERE final = 'uncertain';--> statement-breakpoint
CREATE INDEX "dead_letters_by_instance" ON "dead_letters" USING btree ("instance_id","created_at");--> statement-breakpoint
CREATE INDEX "identities_by_phone" ON "identities" USING btree ("instance_id","phone_jid");--> statement-breakpoint
CREATE INDEX "idempotency_keys_by_age" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "media_by_conversation" ON "media" USING btree ("conversation_id");--> statement-breakpoint
CREATE INDEX "media_expiring" ON "media" USING btree ("expires_at","media_id") WHERE expires_at is not null;--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "outbox" USING btree ("conversation_id","seq") WHERE dispatched_at is null;--> statement-breakpoint
CREATE INDEX "outbox_in_flight" ON "outbox" USING btree (coalesce(look_at, dispatched_at)) WHERE dispatched_at is not null and acked_at is null;--> statement-breakpoint
CREATE INDEX "session_closings_by_age" ON "session_closings" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "sessions_newest" ON "sessions" USING btree ("instance_id","created_at" DESC NULLS LAST,"session_id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "sessions_by_chat" ON "sessions" USING btree ("instance_id","key_remote_jid");--> statement-breakpoint
CREATE UNIQUE INDEX "sessions_one_live_per_conversation" ON "sessions" USING btree ("conversation_id") WHERE status <> 'closed';--> statement-breakpoint
CREATE INDEX "api_keys_by_business" ON "api_keys" USING btree ("business_id");--> statement-breakpoint
CREATE INDEX "instances_by_business" ON "instances" USING btree ("business_id");--> statement-breakpoint
-- Every step of a turn rewrites its conversation's row. With half of each page free the new version stays on the page of the old one (HOT),
-- and no index has to be touched unless the step ingests an event or handles one.
ALTER TABLE conversations SET (fillfactor = 50);
