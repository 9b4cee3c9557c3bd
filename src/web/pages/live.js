/** The address of a stream's live picture, never the same twice. */
export const liveUrl = (name) => `/${encodeURI(name)}.mjpg?t=${Date.now().toString(36)}`;
