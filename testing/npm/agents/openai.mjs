// An agent with the SDK of OpenAI: streams the model's answer to each question.
import OpenAI from "openai";

export default {
  async afterAppend({ append, event }) {
    if (event.type !== "asked") {
      return;
    }
    const client = new OpenAI({ apiKey: "test", baseURL: process.env.OPENAI_BASE_URL, maxRetries: 0 });
    const stream = await client.responses.create({ model: "scripted", input: event.payload.question, stream: true });
    let text = "";
    for await (const part of stream) {
      if (part.type === "response.output_text.delta") {
        text += part.delta;
      }
    }
    await append({ type: "answered", payload: { text } });
  },
};
