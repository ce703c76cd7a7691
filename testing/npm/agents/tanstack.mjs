// An agent with TanStack AI: streams the model's answer to each question.
import { chat } from "@tanstack/ai";
import { createOpenaiChat } from "@tanstack/ai-openai";

export default {
  async afterAppend({ append, event }) {
    if (event.type !== "asked") {
      return;
    }
    const adapter = createOpenaiChat("gpt-5.2", "test", { baseURL: process.env.OPENAI_BASE_URL });
    let text = "";
    for await (const part of chat({ adapter, messages: [{ role: "user", content: event.payload.question }] })) {
      if (part.type === "TEXT_MESSAGE_CONTENT") {
        text += part.delta;
      }
    }
    await append({ type: "answered", payload: { text } });
  },
};
