/** Plain numbers that both sides of a wire agree on. Imports nothing: the widget loads this file as a value. */

/** First token later than this misses the target (ms). */
export const FIRST_TOKEN_TARGET_MS = 500;
/** First token later than this reads as broken (ms). */
export const FIRST_TOKEN_LIMIT_MS = 1_500;
/** A short reply later than this is too slow (ms). */
export const SHORT_REPLY_MS = 3_000;

/** Ids made by clients: length and alphabet. */
export const ID_MAX = 128;
export const ID_PATTERN = /^(?!\.{1,2}$)[A-Za-z0-9_.:-]{1,128}$/;

/** One visitor message, in characters. */
export const MESSAGE_MAX = 16_000;
/** Largest chat request body, in bytes. Clients of the AI SDK send the whole history; only the newest message is read. */
export const CHAT_BODY_MAX = 2_000_000;
/** Largest body of every other public route, in bytes. */
export const SMALL_BODY_MAX = 64_000;
/** Largest body of an admin route, in bytes (bulk imports). */
export const ADMIN_BODY_MAX = 64_000_000;
/** A feedback comment, in characters. */
export const COMMENT_MAX = 2_000;

/** Silence after which the gateway writes a `: hb` comment (ms). */
export const HEARTBEAT_MS = 10_000;
/** While no token flows, a status at least this often (ms). */
export const STATUS_EVERY_MS = 2_000;
/** How long generation outlives a client that went away (ms). */
export const RESUME_WINDOW_MS = 30_000;
/** A session token lives this long (ms). */
export const SESSION_MS = 24 * 3_600_000;

/** Version of the wire; a change that breaks old widgets raises it. */
export const WIRE_VERSION = 1;
/** No percentile is shown below this many samples. */
export const MIN_SAMPLES = 20;
/** The status page says how old its numbers are once they are older than this (ms). */
export const STALE_AFTER_MS = 10_000;
