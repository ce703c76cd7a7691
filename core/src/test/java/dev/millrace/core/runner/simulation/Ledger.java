package dev.millrace.core.runner.simulation;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventName;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A processor that answers every question by an effect, and serves every wish by a background task that looks at the
 * open wishes. Both take time. It reports every call that breaks a rule of the runner.
 */
final class Ledger implements Processor<Ledger.Account> {
    sealed interface Entry {
        /** A question, whose effect fails this often before it succeeds. */
        @EventName("asked")
        record Asked(int id, int failures) implements Entry {}

        @EventName("answered")
        record Answered(int id) implements Entry {}

        @EventName("wished")
        record Wished(int id) implements Entry {}

        @EventName("served")
        record Served(Set<Integer> ids) implements Entry {}
    }

    /** The newest offset, the open wishes, and the offset of the newest of them. */
    record Account(long through, Set<Integer> open, long newestWish) {
        Account after(Event event) {
            if (event.payload() instanceof Entry.Wished wished) {
                Set<Integer> more = new TreeSet<>(open);
                more.add(wished.id());
                return new Account(event.offset(), more, event.offset());
            }
            if (event.payload() instanceof Entry.Served served) {
                Set<Integer> fewer = new TreeSet<>(open);
                fewer.removeAll(served.ids());
                return new Account(event.offset(), fewer, newestWish);
            }
            return new Account(event.offset(), open, newestWish);
        }
    }

    static final EventCatalog EVENTS = EventCatalog.of(Entry.class);
    private static final Account EMPTY = new Account(0, Set.of(), 0);

    private final World world;
    private final Host process;
    private final Set<String> served = new HashSet<>();
    private final Map<Long, Integer> tries = new HashMap<>();
    private Consumer<Host> onBegin = process -> {};
    private int pace = 1;
    private int lives;
    private long underWay;

    Ledger(World world, Host process) {
        this.world = world;
        this.process = process;
    }

    /** Sets a listener that is called before each effect. */
    void watchedBy(Consumer<Host> newOnBegin) {
        onBegin = newOnBegin;
    }

    /** Multiplies the duration of its work. */
    void slowDown(int times) {
        pace = times;
    }

    static Account fold(List<Event> log) {
        Account account = EMPTY;
        for (Event event : log) {
            account = account.after(event.decodedBy(EVENTS));
        }
        return account;
    }

    @Override
    public String slug() {
        return "ledger";
    }

    @Override
    public EventCatalog events() {
        return EVENTS;
    }

    @Override
    public Account initialState() {
        lives++;
        underWay = 0;
        tries.clear();
        return EMPTY;
    }

    @Override
    public Account reduce(Account account, Event event) {
        if (event.offset() != account.through() + 1) {
            throw new AssertionError(process + " folds " + event.offset() + " after " + account.through());
        }
        return account.after(event);
    }

    @Override
    public CompletionStage<Void> afterAppend(Account account, Event event, Effects<Account> effects) {
        onBegin.accept(process);
        require(account.through() == event.offset(), "is given the state of " + account.through() + " with " + event);
        serve(account, effects);
        return event.payload() instanceof Entry.Asked asked ? answer(asked, event, effects) : Effects.none();
    }

    private CompletionStage<Void> answer(Entry.Asked asked, Event event, Effects<Account> effects) {
        require(underWay == 0, "is given " + event.offset() + " while " + underWay + " is not done");
        int attempt = tries.merge(event.offset(), 1, Integer::sum);
        require(attempt == effects.delivery().attempt(), "is told of attempt " + effects.delivery() + " at " + attempt);
        int life = lives;
        underWay = event.offset();
        CompletableFuture<Void> thought = new CompletableFuture<>();
        process.after(world.upTo(60 * pace), () -> {
            if (life == lives) {
                underWay = 0;
            }
            if (attempt <= asked.failures()) {
                thought.completeExceptionally(new IllegalStateException("not today"));
            } else {
                thought.complete(null);
            }
        });
        return thought.thenCompose(done -> Effects.done(effects.append(new Entry.Answered(asked.id()))));
    }

    @Override
    public CompletionStage<Void> onCaughtUp(Account account, Effects<Account> effects) {
        serve(account, effects);
        return Effects.none();
    }

    private void serve(Account account, Effects<Account> effects) {
        if (account.open().isEmpty() || effects.delivery().behind() > 0) {
            return;
        }
        onBegin.accept(process);
        int life = lives;
        process.note("owes " + account.open() + " because of " + account.newestWish());
        effects.launch("serve", Effects.because(account.newestWish()), attempt -> {
            require(
                    !served.contains(life + ":" + account.newestWish()),
                    "is asked again to serve because of " + account.newestWish());
            CompletableFuture<Void> thought = new CompletableFuture<>();
            process.after(world.upTo(500 * pace), () -> thought.complete(null));
            return thought.thenCompose(done -> attempt.append(new Entry.Served(account.open())))
                    .whenComplete((appended, failure) ->
                            process.note(failure == null ? "served" : "served nothing: " + failure))
                    .thenAccept(appended -> served.add(life + ":" + account.newestWish()));
        });
    }

    private void require(boolean holds, String complaint) {
        if (!holds && !process.isDead() && !process.isBehindTheTimes()) {
            world.complain(process + " " + complaint);
        }
    }
}
