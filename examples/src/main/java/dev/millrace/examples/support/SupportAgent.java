package dev.millrace.examples.support;

import static java.math.BigDecimal.TEN;

import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.app.Agent;
import dev.millrace.processors.agent.app.Agents;
import dev.millrace.processors.agent.app.Approval;
import dev.millrace.processors.agent.app.Conversation;
import dev.millrace.processors.agent.app.Turn;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.tool.By;
import dev.millrace.processors.agent.tool.Description;
import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.processors.openai.OpenAiModel;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;

/**
 * Asks a support agent for a refund and approves it. With {@code OPENAI_API_KEY} the agent calls that provider; without
 * it, a scripted model with the same protocol.
 */
public final class SupportAgent {
    private SupportAgent() {}

    // region arguments
    record FindOrder(@Description("order number") String id) {}

    record Refund(
            @Description("order number") String id,
            @Description("euros") BigDecimal amount) {
        Refund {
            if (amount.signum() <= 0) {
                throw new IllegalArgumentException("amount must be more than 0");
            }
        }
    }
    // endregion

    /** Takes the message. */
    public static void main(String... words) {
        String message = words.length == 0 ? "Refund order 17, please" : String.join(" ", words);
        Map<String, String> environment = System.getenv();
        String key = environment.getOrDefault("OPENAI_API_KEY", "");
        try (ScriptedModelServer scripted = ScriptedModelServer.start(script())) {
            OpenAiModel.Builder model = OpenAiModel.builder().apiKey(key);
            if (!environment.getOrDefault("OPENAI_BASE_URL", "").isEmpty()) {
                model.baseUrl(environment.getOrDefault("OPENAI_BASE_URL", ""));
            } else if (key.isEmpty()) {
                System.out.println("No OPENAI_API_KEY: a scripted model answers.");
                model.baseUrl(scripted.baseUrl());
            }
            try (StreamEngine engine =
                    StreamEngine.builder(new InMemoryEventStore()).start()) {
                talk(engine.streams(ProjectSlug.defaultProject()), agent(model.build(), new Bookshop()), message);
            }
        }
    }

    private static ModelScript script() {
        return ModelScript.of(
                ModelReply.call("call_1", "refund", "{\"id\":\"17\",\"amount\":12.5}"),
                ModelReply.text("I have refunded 12.50 euros for order 17."));
    }

    static Agent agent(Model model, Bookshop shop) {
        // region agent
        Agent support = Agent.named("support")
                .instructions("You help customers of a bookshop. Find an order before you refund it.")
                .model(model)
                .tool(Tool.of("find_order", FindOrder.class, order -> shop.find(order.id()))
                        .description("Finds an order.")
                        .readOnly())
                .tool(Tool.of(
                                "refund",
                                Refund.class,
                                (refund, call) -> shop.refund(refund.id(), refund.amount(), call.idempotencyKey()))
                        .description("Pays money back for an order.")
                        .within(Duration.ofSeconds(20))
                        .approval(refund -> refund.amount().compareTo(TEN) > 0, Duration.ofDays(2)))
                .build();
        // endregion
        return support;
    }

    /** Sends a message, approves all that the agent asks for, and prints the answer. */
    static String talk(EventStreams streams, Agent support, String message) {
        // region talk
        try (Agents agents = Agents.on(streams).serve("/support", support).start()) {
            Conversation talk = agents.at("/support/4711");
            Turn turn = talk.say(message).onText(System.out::print);
            for (Approval ask : turn.awaitPause(Duration.ofMinutes(1)).approvals()) {
                System.out.println("approving " + ask.summary());
                talk.approve(ask, By.person("ann"));
            }
            return turn.await(Duration.ofMinutes(1)).text();
        }
        // endregion
    }
}
