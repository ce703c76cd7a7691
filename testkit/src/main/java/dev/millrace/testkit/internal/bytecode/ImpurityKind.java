package dev.millrace.testkit.internal.bytecode;

/** What the bytecode scan looks for. The names, in lower case, are those of the deny-list. */
public enum ImpurityKind {
    CLOCK("reads the clock", "take time from event.createdAt()"),
    RANDOM("draws a random value", "take it from the event, or derive it from the event's offset"),
    IDENTITY("depends on the identity of an object", "use what the object says: its fields, or an enum's name()"),
    IO("does I/O", "do it in afterAppend, and append what came of it as an event"),
    THREADS("depends on threads", "fold in the calling thread; what takes long belongs into afterAppend"),
    ENVIRONMENT("depends on the environment", "give the processor what it needs when it is made, or as an event"),
    LOCALE("depends on the default locale", "say Locale.ROOT"),
    ZONE("depends on the default time zone", "say ZoneOffset.UTC"),
    CHARSET("depends on the default charset", "say StandardCharsets.UTF_8"),
    STATE("depends on what is neither state nor event, and changes", "keep it in the state"),
    REFLECTION("uses reflection", "call it directly, so that it can be looked into"),
    NATIVE("calls native code", "call it in afterAppend");

    private final String observation;
    private final String remedy;

    ImpurityKind(String observation, String remedy) {
        this.observation = observation;
        this.remedy = remedy;
    }

    /** What the reducer does, a verb first. */
    public String observation() {
        return observation;
    }

    /** What to do instead. */
    String remedy() {
        return remedy;
    }
}
