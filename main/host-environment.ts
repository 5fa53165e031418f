/**
 * What a host that Node runs is started with; a variable that the person has set counts. Both are of
 * glibc (mallopt(3)) and are read when a process starts, so that they cannot be set from within;
 * Electron's own allocator does not know them.
 *
 * MALLOC_ARENA_MAX: each thread would get a heap of its own, which keeps what it once had. With one for
 * all, the engine on 20,000 messages peaks at 273 instead of 317 MB and is no slower.
 *
 * MALLOC_MMAP_THRESHOLD_: glibc would raise it by itself to the largest block that was ever freed, up
 * to 32 MB, and from then on take such blocks from that heap, where they leave holes. In 9 of 17 first
 * syncs of 100,000 headers the engine then stood at 270 to 359 MB; with it fixed, in 8 of 8 at 241 to 247.
 */
export const hostEnvironment: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
};
