// An agent in one event: it answers every input with a model's reply to the whole conversation.
const message = (role, type, text) => ({ type: "message", role, content: [{ type, text }] });

export default {
  initialState: { conversation: [] },

  reduce({ event, state }) {
    const turn =
      event.type === "agent-input-added" ? message("user", "input_text", event.payload.content)
      : event.type === "agent-output-added" ? message("assistant", "output_text", event.payload.content)
      : null;
    return turn === null ? state : { conversation: [...state.conversation, turn] };
  },

  async afterAppend({ append, event, state }) {
    if (event.type !== "agent-input-added") return;
    const response = await fetch(`${process.env.OPENAI_BASE_URL}/responses`, {
      method: "POST",
      headers: {
        authorization: 'Bearer getIterateSecret({secretKey: "openai"})',
        "content-type": "application/json",
      },
      body: JSON.stringify({ model: process.env.OPENAI_MODEL ?? "gpt-5-mini", input: state.conversation, stream: true }),
    });
    if (!response.ok) throw new Error(`the model answered ${response.status}: ${await response.text()}`);

    let content = "";
    let rest = "";
    const decoder = new TextDecoder();
    for await (const bytes of response.body) {
      const frames = (rest + decoder.decode(bytes, { stream: true })).split("\n\n");
      rest = frames.pop();
      for (const frame of frames) {
        const chunk = JSON.parse(frame.split("\n").find((line) => line.startsWith("data:")).slice(5));
        if (chunk.type !== "response.output_text.delta") continue;
        content += chunk.delta;
        await append({ type: "agent-output-chunk", payload: { delta: chunk.delta } });
      }
    }
    await append({ type: "agent-output-added", payload: { content } });
  },
};
