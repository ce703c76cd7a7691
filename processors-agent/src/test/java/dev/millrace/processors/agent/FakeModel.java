package dev.millrace.processors.agent;

import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.Prompt;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A model that answers each prompt with the next of the given answers, on the thread of the caller. */
public final class FakeModel implements Model {
    public static final ModelFailure BUSY = ModelFailure.of(FailureKind.OVERLOADED, "busy");

    public final List<Prompt> prompts = new CopyOnWriteArrayList<>();
    final AtomicInteger cancels = new AtomicInteger();
    private final Queue<Consumer<ModelSink>> answers = new ConcurrentLinkedQueue<>();
    private final String baseUrl;
    private List<String> wires = List.of();

    public FakeModel() {
        this("http://model");
    }

    FakeModel(String baseUrl) {
        this.baseUrl = baseUrl;
    }

    /** Gives the model these wires; it has none with a name otherwise. */
    public FakeModel wires(String... names) {
        wires = List.of(names);
        return this;
    }

    /** The next answer. If there is none, the model is silent. */
    public FakeModel then(Consumer<ModelSink> answer) {
        answers.add(answer);
        return this;
    }

    public FakeModel fails(ModelFailure failure) {
        return then(sink -> sink.end(failure));
    }

    public FakeModel says(String text) {
        return then(sink -> {
            sink.delta(new ModelSink.Delta(0, "text", text, 1));
            sink.item(0, new ModelItem.Message(text), Optional.empty());
            sink.end(complete());
        });
    }

    public FakeModel calls(String callId, String name, String arguments) {
        return then(sink -> {
            sink.item(0, new ModelItem.ToolCall(callId, name, arguments), Optional.empty());
            sink.end(complete());
        });
    }

    static ModelResult complete() {
        return new ModelResult.Response(Optional.of("r"), Optional.of("m"), Optional.empty(), Optional.empty());
    }

    @Override
    public String provider() {
        return "fake";
    }

    @Override
    public String baseUrl() {
        return baseUrl;
    }

    @Override
    public String defaultModel() {
        return "m";
    }

    @Override
    public List<String> wires() {
        return wires;
    }

    @Override
    public Runnable send(Prompt prompt, ModelSink sink) {
        prompts.add(prompt);
        Consumer<ModelSink> answer = answers.poll();
        if (answer != null) {
            answer.accept(sink);
        }
        return cancels::incrementAndGet;
    }
}
