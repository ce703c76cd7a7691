package dev.millrace.testkit.internal.bytecode;

/** A kind of impure code that the scan finds. The deny-list uses the names in lower case. */
public enum ImpurityKind {
    CLOCK("reads the clock", "take time from event.createdAt()"),
    RANDOM("draws a random value", "take it from the event, or derive it from the event's offset"),
    IDENTITY("depends on the identity of an object", "use the object's fields, or an enum's name()"),
    IO("does I/O", "do it in afterAppend, and append the result as an event"),
    THREADS("depends on threads", "use only the calling thread; do long work in afterAppend"),
    ENVIRONMENT("depends on the environment", "pass the value to the processor's constructor, or in an event"),
    LOCALE("depends on the default locale", "pass Locale.ROOT"),
    ZONE("depends on the default time zone", "pass ZoneOffset.UTC"),
    CHARSET("depends on the default charset", "pass StandardCharsets.UTF_8"),
    STATE("depends on a changing value outside state and event", "keep it in the state"),
    REFLECTION("uses reflection", "call the method directly, so that it can be scanned"),
    NATIVE("calls native code", "call it in afterAppend");

    private final String observation;
    private final String remedy;

    ImpurityKind(String observation, String remedy) {
        this.observation = observation;
        this.remedy = remedy;
    }

    /** What to do instead. */
    public String remedy() {
        return remedy;
    }

    /** What the reducer does; begins with a verb. */
    public String observation() {
        return observation;
    }
}
