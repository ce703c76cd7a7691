// fetch. The host decides which hosts are allowed.
{
  /** The body of an answer: chunks of bytes, pulled one at a time. */
  const streamOf = (answer, signal) =>
    new ReadableStream(
      {
        start: (controller) => signal?.addEventListener("abort", () => controller.error(signal.reason), { once: true }),
        pull: async (controller) => {
          const piece = await ask("read", { answer });
          piece.done ? controller.close() : controller.enqueue(Uint8Array.fromBase64(piece.chunk));
        },
        cancel: () => call("cancel", { operation: answer }),
      },
      { highWaterMark: 0 },
    );

  const responseOf = (head, signal) => {
    const { status, statusText, url, redirected } = head;
    const response = new Response(streamOf(head.answer, signal), { headers: head.headers });
    return Object.assign(response, { type: "basic", status, statusText, url, redirected });
  };

  globalThis.fetch = async (target, init) => {
    const request = new Request(target, init ?? {});
    const { signal } = request;
    signal.throwIfAborted();
    const content = await contentOf(request);
    signal.throwIfAborted();
    const isBinary = content instanceof Uint8Array;
    const answered = ask("fetch", {
      url: request.url,
      method: request.method,
      headers: [...request.headers],
      body: isBinary ? binary(content) : content,
      binary: isBinary,
      follow: request.redirect === "follow",
    });
    let answer = null;
    signal.addEventListener("abort", () => {
      waiting.get(answered.operation)?.reject(signal.reason);
      waiting.delete(answered.operation);
      call("cancel", { operation: answer ?? answered.operation });
    }, { once: true });
    const head = await answered;
    answer = head.answer;
    return responseOf(head, signal);
  };
}
