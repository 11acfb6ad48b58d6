ALTER TABLE "conversations" ADD COLUMN "tries" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "resolution" text;--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "resolved_by" text;--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "resolved_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "conversation_id" uuid;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "seq" bigint;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "status" text DEFAULT 'open' NOT NULL;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "settled_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "turns_uncertain" ON "turns" USING btree ("ended_at") WHERE final = 'uncertain';