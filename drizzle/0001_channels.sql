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
ALTER TABLE "channels" ADD CONSTRAINT "channels_instance_id_instances_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instances"("instance_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "delivery_statuses_by_age" ON "delivery_statuses" USING btree ("updated_at");