DROP INDEX "media_expiring";--> statement-breakpoint
DROP INDEX "outbox_in_flight";--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "look_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "media_expiring" ON "media" USING btree ("expires_at","media_id") WHERE expires_at is not null;--> statement-breakpoint
CREATE INDEX "outbox_in_flight" ON "outbox" USING btree (coalesce(look_at, handed_at)) WHERE handed_at is not null and acked_at is null;