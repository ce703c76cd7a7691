package dev.millrace.core.runner.simulation;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.Fence;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.simulation.Ledger.Entry;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A processor that answers every question on its stream by an effect, which takes time. */
final class Clerk implements Processor<Clerk.Desk> {
    /** The newest offset of the stream. */
    record Desk(long through) {}

    private final World world;
    private final Consumer<SubtreeHost> onBegin;
    private final int pace;
    private @Nullable SubtreeHost process;

    /** {@code onBegin} is called before each effect; {@code pace} multiplies the duration of its work. */
    Clerk(World world, Consumer<SubtreeHost> onBegin, int pace) {
        this.world = world;
        this.onBegin = onBegin;
        this.pace = pace;
    }

    void worksIn(SubtreeHost newProcess) {
        process = newProcess;
    }

    @Override
    public String slug() {
        return "ledger";
    }

    @Override
    public EventCatalog events() {
        return Ledger.EVENTS;
    }

    @Override
    public Desk initialState() {
        return new Desk(0);
    }

    @Override
    public Desk reduce(Desk desk, Event event) {
        if (event.offset() != desk.through() + 1) {
            throw new AssertionError(process + " folds " + event.offset() + " after " + desk);
        }
        return new Desk(event.offset());
    }

    @Override
    public CompletionStage<Void> afterAppend(Desk desk, Event event, Effects<Desk> effects) {
        SubtreeHost here = process;
        if (here == null || !(event.payload() instanceof Entry.Asked asked)) {
            return Effects.none();
        }
        onBegin.accept(here);
        Optional<Fence> lease = effects.lease();
        if (!lease.map(Fence::path).equals(Optional.of(Log.PATH))) {
            world.complain(here + " acts on " + effects.path() + " under " + lease);
        }
        CompletableFuture<Void> thought = new CompletableFuture<>();
        int attempt = effects.delivery().attempt();
        here.after(world.upTo(60 * pace), () -> {
            if (attempt <= asked.failures()) {
                thought.completeExceptionally(new IllegalStateException("not today"));
            } else {
                thought.complete(null);
            }
        });
        return thought.thenCompose(done -> Effects.done(effects.append(new Entry.Answered(asked.id()))));
    }
}
