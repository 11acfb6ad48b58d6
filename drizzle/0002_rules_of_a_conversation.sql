CREATE TABLE "announcements" (
	"announcement_id" uuid PRIMARY KEY NOT NULL,
	"place" bigint GENERATED ALWAYS AS IDENTITY (sequence name "announcements_place_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"instance_id" text NOT NULL,
	"type" text NOT NULL,
	"data" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"published_at" timestamp (3) with time zone,
	"queued_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"announcement_id" uuid NOT NULL,
	"webhook_id" uuid NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp (3) with time zone DEFAULT now(),
	"delivered_at" timestamp (3) with time zone,
	"failure" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhook_deliveries_announcement_id_webhook_id_pk" PRIMARY KEY("announcement_id","webhook_id")
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
CREATE TABLE "identities" (
	"instance_id" text NOT NULL,
	"jid" text NOT NULL,
	"phone_jid" text NOT NULL,
	"learnt_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "identities_instance_id_jid_pk" PRIMARY KEY("instance_id","jid")
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
DROP INDEX "sessions_one_live_per_chat";--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "participant" text;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "follows" uuid;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "human_seq" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "timer_due_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "timer_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_id_webhooks_webhook_id_fk" FOREIGN KEY ("webhook_id") REFERENCES "public"."webhooks"("webhook_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_instance_id_instances_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instances"("instance_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bulk_start_contacts" ADD CONSTRAINT "bulk_start_contacts_bulk_start_id_bulk_starts_bulk_start_id_fk" FOREIGN KEY ("bulk_start_id") REFERENCES "public"."bulk_starts"("bulk_start_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bulk_starts" ADD CONSTRAINT "bulk_starts_instance_id_instances_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instances"("instance_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "announcements_unpublished" ON "announcements" USING btree ("place") WHERE published_at is null;--> statement-breakpoint
CREATE INDEX "announcements_unqueued" ON "announcements" USING btree ("place") WHERE queued_at is null;--> statement-breakpoint
CREATE INDEX "announcements_by_age" ON "announcements" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries" USING btree ("webhook_id","next_at") WHERE next_at is not null;--> statement-breakpoint
CREATE INDEX "webhook_deliveries_newest" ON "webhook_deliveries" USING btree ("webhook_id","created_at" DESC NULLS LAST,"announcement_id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "webhooks_by_instance" ON "webhooks" USING btree ("instance_id");--> statement-breakpoint
CREATE INDEX "bulk_start_contacts_left" ON "bulk_start_contacts" USING btree ("bulk_start_id","place") WHERE conversation_id is null;--> statement-breakpoint
CREATE INDEX "bulk_starts_newest" ON "bulk_starts" USING btree ("instance_id","created_at" DESC NULLS LAST,"bulk_start_id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "bulk_starts_due" ON "bulk_starts" USING btree ("next_at") WHERE status = 'running';--> statement-breakpoint
CREATE INDEX "identities_by_phone" ON "identities" USING btree ("instance_id","phone_jid");--> statement-breakpoint
CREATE INDEX "media_by_conversation" ON "media" USING btree ("conversation_id");--> statement-breakpoint
CREATE INDEX "media_expiring" ON "media" USING btree ("expires_at") WHERE expires_at is not null;--> statement-breakpoint
CREATE INDEX "conversations_by_participant" ON "conversations" USING btree ("instance_id","participant") WHERE participant is not null;--> statement-breakpoint
CREATE INDEX "conversations_with_timer" ON "conversations" USING btree ("timer_at") WHERE timer_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "sessions_one_live_per_conversation" ON "sessions" USING btree ("conversation_id") WHERE status <> 'closed';