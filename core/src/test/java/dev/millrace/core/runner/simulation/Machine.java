package dev.millrace.core.runner.simulation;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;

/**
 * A simulated process. It can crash at any step; it can sleep, and then runs its due timers late; and
 * it can be cut off, so that its messages, or those to it, are lost.
 */
abstract class Machine implements Executor, Timers, ProgressStore {
    final World world;
    private final String name;
    private final Disk disk;
    private final Service service;
    private final Clock clock;
    private final Manners manners;
    private final List<Runnable> overslept = new ArrayList<>();
    private BiConsumer<Machine, Progress> auditor = (process, progress) -> {};
    private String incarnation = "";
    private boolean dead;
    private boolean asleep;
    private boolean mute;
    private boolean deaf;

    /** The quality of its connection, in addition to the faults of the network. */
    enum Manners {
        /** A lost request fails soon. */
        PLAIN,
        /** A lost request fails soon, and a silent connection is noticed soon. */
        POLITE,
        /** Requests arrive late, and a lost one fails late. */
        SLOW
    }

    Machine(World world, String name, Service service, Disk disk, Clock clock, Manners manners) {
        this.world = world;
        this.name = name;
        this.disk = disk;
        this.service = service;
        this.clock = clock;
        this.manners = manners;
        world.note(name + " starts");
    }

    /** Sets the auditor of all progress that it saves. */
    void watchedBy(BiConsumer<Machine, Progress> newAuditor) {
        auditor = newAuditor;
    }

    /** It is connected to this incarnation of the stream. */
    void attends(String life) {
        incarnation = life;
    }

    /** True if it still acts on a destroyed stream. */
    boolean isBehindTheTimes() {
        return !incarnation.equals(service.log().incarnation());
    }

    boolean isDead() {
        return dead;
    }

    /** Crashes the process. */
    void die() {
        world.note(name + " dies");
        dead = true;
    }

    /** Stops the runner; its last appends are on their way. */
    void stop() {
        world.note(name + " stops");
        stopRunner();
        dead = true;
    }

    abstract void stopRunner();

    // ---- faults

    /** Suspends the process. */
    void sleep(Duration time) {
        note("sleeps for " + time);
        asleep = true;
        world.after(time, this::wake);
    }

    void wake() {
        if (asleep) {
            note("wakes up");
            asleep = false;
            List<Runnable> late = List.copyOf(overslept);
            overslept.clear();
            late.forEach(world::soon);
        }
    }

    boolean isAsleep() {
        return asleep;
    }

    void cutOff(boolean fromSpeaking, boolean fromHearing) {
        note("is cut off: " + (fromSpeaking ? "mute " : "") + (fromHearing ? "deaf" : ""));
        mute = fromSpeaking;
        deaf = fromHearing;
    }

    void joinAgain() {
        if (mute || deaf) {
            note("is back");
            mute = false;
            deaf = false;
        }
    }

    boolean isMute() {
        return mute;
    }

    boolean isDeaf() {
        return deaf;
    }

    boolean isPolite() {
        return manners == Manners.POLITE;
    }

    /** The delay of a message. */
    Duration latency() {
        boolean late = manners == Manners.SLOW && world.isStormy() && world.oneIn(15);
        return world.upTo(late ? 30_000 : 30);
    }

    /** The time limit of a request. */
    Duration patience() {
        return world.upTo(manners == Manners.SLOW ? world.oneIn(4) ? 60_000 : 10_000 : 500);
    }

    // ---- the services of the process

    void note(String what) {
        world.note(name + " " + what);
    }

    /** A message arrives. */
    void hears(Runnable news) {
        if (dead) {
            return;
        }
        if (asleep) {
            overslept.add(news);
        } else {
            news.run();
        }
    }

    @Override
    public void execute(Runnable task) {
        world.soon(() -> hears(task));
    }

    @Override
    public Instant now() {
        return clock.read(world.now());
    }

    @Override
    public Duration elapsed() {
        return Duration.between(clock.read(World.BEGINNING), now());
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        return world.after(clock.last(delay), () -> hears(task));
    }

    @Override
    public Timer at(Instant due, Runnable task) {
        return after(Duration.between(now(), due), task);
    }

    @Override
    public Optional<Progress> load(String slug, StreamPath path) {
        boolean unreachable = mute || deaf || (manners == Manners.SLOW && world.isStormy() && world.oneIn(4));
        if (unreachable) {
            throw new StreamException(StreamException.Code.UNAVAILABLE, path, Network.LOST);
        }
        return recall(slug, path);
    }

    /** The progress that it knows without the network. */
    final Optional<Progress> recall(String slug, StreamPath path) {
        return disk.load(slug, path);
    }

    /** A save reaches the disk a little later, unless the process has crashed by then. */
    @Override
    public void save(Progress progress) {
        auditor.accept(this, progress);
        if (world.oneIn(2)) {
            disk.save(progress);
        } else {
            after(world.upTo(100), () -> disk.save(progress));
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
