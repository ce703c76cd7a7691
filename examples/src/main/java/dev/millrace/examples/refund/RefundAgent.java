package dev.millrace.examples.refund;

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
import dev.millrace.store.sqlite.SqliteEventStore;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;

/** Asks an agent for a refund, and approves it. */
public final class RefundAgent {
    private RefundAgent() {}

    record Refund(
            @Description("order number") String order,
            @Description("euros") BigDecimal amount) {}

    static Agent agent(Model model) {
        return Agent.named("refunds")
                .instructions("You refund orders of a bookshop.")
                .model(model)
                .tool(Tool.of("refund", Refund.class, RefundAgent::pay)
                        .description("Pays money back for an order.")
                        .approval(refund -> refund.amount().compareTo(BigDecimal.TEN) > 0, Duration.ofDays(2)))
                .build();
    }

    private static String pay(Refund refund) {
        return "paid " + refund.amount() + " euros for order " + refund.order();
    }

    /** Takes no arguments. */
    public static void main(String[] arguments) {
        Agent refunds = agent(OpenAiModel.fromEnvironment()); // reads OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL
        SqliteEventStore store = SqliteEventStore.open(Path.of("agent-data"));
        try (StreamEngine engine = StreamEngine.builder(store).start();
                Agents agents =
                        Agents.on(engine.streams()).serve("/refunds", refunds).start()) {
            Conversation talk = agents.at("/refunds/4711");
            Turn turn = talk.unanswered() // after a crash, go on
                    .orElseGet(() -> talk.say("Refund 12.50 euros for order 17"))
                    .onText(System.out::print);
            for (Approval ask : turn.awaitPause(Duration.ofMinutes(1)).approvals()) {
                System.out.println("approved: " + ask.summary());
                talk.approve(ask, By.person("ann"));
            }
            turn.await(Duration.ofMinutes(1));
        }
    }
}
