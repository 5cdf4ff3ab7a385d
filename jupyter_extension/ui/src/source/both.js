// A widget whose store a Jupyter server serves too: questions go to the server, which answers while
// the kernel is busy; what is logged is heard from both.

/** @typedef {import("./source.js").Transport} Transport */

/**
 * @param {Transport} http
 * @param {Transport} comm asked where the server turns out not to serve the store
 * @returns {Transport}
 */
export function bothTransports(http, comm) {
  let served = true;
  return {
    async send(method, path, args, signal) {
      if (served) {
        try {
          const answer = await http.send(method, path, args, signal);
          if (!isElsewhere(answer)) return answer;
        } catch (error) {
          if (signal?.aborted) throw error;
        }
        served = false;
      }
      return comm.send(method, path, args, signal);
    },
    listen(listener) {
      // Of what has reached the store the server tells too: once is enough.
      const heard = comm.listen((event) => served && event.type === "changed" ? undefined : listener(event));
      const ends = [heard, ...(served ? [http.listen(listener)] : [])];
      return () => ends.forEach((end) => end());
    },
    href: (path) => (served ? http.href(path) : null),
    load: (name) => http.load(name).catch(() => comm.load(name)),
  };
}

/**
 * Whether the answer is that of a server without nbtrack, or without this store.
 * @param {import("./source.js").Answer} answer
 */
function isElsewhere(answer) {
  if (answer.status !== 404 && answer.status !== 401 && answer.status !== 403) return false;
  const text = new TextDecoder().decode(answer.body);
  return !text.includes('"RESOURCE_DOES_NOT_EXIST"') || text.includes("There is no store");
}
