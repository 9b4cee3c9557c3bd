// SPDX-License-Identifier: MIT
// Where the server's addresses begin: "/", or the path that a proxy has it under.

export const root = new URL('..', import.meta.url).pathname;
