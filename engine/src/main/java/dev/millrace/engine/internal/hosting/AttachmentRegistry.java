package dev.millrace.engine.internal.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.internal.commit.StoredEvents;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The index of all attachments, computed from every {@code processor-attached}, {@code processor-detached} and
 * activating event in the store. It is small and kept in memory. Thread-safe.
 */
final class AttachmentRegistry {
    private static final Set<String> EXPLICIT =
            Set.of(BuiltInType.PROCESSOR_ATTACHED.type(), BuiltInType.PROCESSOR_DETACHED.type());

    private static final EventCatalog CATALOG = EventCatalog.of(StreamEvent.class);
    private static final int PAGE = 256;
    private static final long PAGE_BYTES = 1 << 20;

    /** Why a processor cannot run with a configuration; empty if it can. */
    @FunctionalInterface
    interface Check {
        Optional<String> problem(ProjectSlug project, String processor, JsonNode config);
    }

    /** An attachment that did not replace an earlier one, because its processor cannot run with its configuration. */
    record Refused(StreamKey stream, Attachment attachment, String problem) {}

    private final ProviderRegistry providerRegistry;
    private final Check check;
    private final Set<String> types;
    private final Map<StreamKey, Map<String, Attachment>> byStream = new HashMap<>();
    private final List<Refused> refused = new ArrayList<>();

    private AttachmentRegistry(ProviderRegistry providerRegistry, Check check) {
        this.providerRegistry = providerRegistry;
        this.check = check;
        this.types = Stream.concat(EXPLICIT.stream(), providerRegistry.activating().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    static AttachmentRegistry load(EventStore store, ProviderRegistry providerRegistry, Check check) {
        AttachmentRegistry attachmentRegistry = new AttachmentRegistry(providerRegistry, check);
        store.streamsWith(attachmentRegistry.types).forEach(stream -> attachmentRegistry.applyFrom(store, stream, 0));
        return attachmentRegistry;
    }

    /**
     * The attachments of a stream and of its ancestors as they were when the event at this offset of the stream was
     * committed, from the log.
     */
    AttachmentRegistry asOf(EventStore store, StreamKey stream, long offset) {
        AttachmentRegistry past = new AttachmentRegistry(providerRegistry, check);
        long position = store.read(stream, RecordRange.after(offset - 1, 1)).stream()
                .mapToLong(EventRecord::position)
                .findFirst()
                .orElse(0);
        past.applyThrough(store, stream, position);
        stream.path().ancestors().forEach(path -> past.applyThrough(store, stream.at(path), position));
        return past;
    }

    /**
     * Applies the events of a stream up to a position. Of the events that activate a processor, which may be many, only
     * the first one after its last detach counts.
     */
    private void applyThrough(EventStore store, StreamKey stream, long position) {
        List<EventRecord> records = new ArrayList<>();
        long after = 0;
        RecordRange range;
        List<EventRecord> page;
        do {
            range = new RecordRange(after, Long.MAX_VALUE, EXPLICIT, PAGE, false, PAGE_BYTES);
            page = store.read(stream, range);
            records.addAll(page);
            after = page.isEmpty() ? after : page.get(page.size() - 1).offset();
        } while (range.mayHaveMore(page) && page.get(page.size() - 1).position() <= position);
        records.removeIf(record -> record.position() > position);
        Map<String, Long> detached = lastDetaches(records);
        providerRegistry
                .activatingTypes()
                .forEach((name, types) -> store
                        .read(stream, new RecordRange(detached.getOrDefault(name, 0L), Long.MAX_VALUE, types, 1, false))
                        .stream()
                        .filter(record -> record.position() <= position)
                        .forEach(records::add));
        records.sort(Comparator.comparingLong(EventRecord::offset));
        applyAll(stream, records);
    }

    /** The offsets of the last event that detached a processor, by the name of the processor. */
    private Map<String, Long> lastDetaches(List<EventRecord> records) {
        Map<String, Long> detached = new HashMap<>();
        for (EventRecord record : records) {
            if (StoredEvents.decode(record).decodedBy(CATALOG).payload()
                    instanceof StreamEvent.ProcessorDetached detach) {
                detached.put(providerRegistry.canonical(detach.processor()), record.offset());
            }
        }
        return detached;
    }

    boolean concerns(String type) {
        return types.contains(type);
    }

    /** Applies the events of a stream after an offset. Returns true if there were any of these types. */
    boolean applyFrom(EventStore store, StreamKey stream, long afterOffset) {
        long after = afterOffset;
        RecordRange range;
        List<EventRecord> page;
        do {
            range = new RecordRange(after, Long.MAX_VALUE, types, PAGE, false, PAGE_BYTES);
            page = store.read(stream, range);
            applyAll(stream, page);
            after = page.isEmpty() ? after : page.get(page.size() - 1).offset();
        } while (range.mayHaveMore(page));
        return after > afterOffset;
    }

    /** Applies committed records of these types. Returns true if there were any. */
    boolean applyAll(StreamKey stream, List<EventRecord> records) {
        records.forEach(record -> apply(stream, record));
        return !records.isEmpty();
    }

    private synchronized void apply(StreamKey stream, EventRecord record) {
        if (!EXPLICIT.contains(record.type())) {
            activate(stream, record);
            return;
        }
        Event event = StoredEvents.decode(record).decodedBy(CATALOG);
        if (event.payload() instanceof StreamEvent.ProcessorAttached attached) {
            attach(
                    stream,
                    new Attachment(
                            event.offset(),
                            record.position(),
                            OptionalLong.of(event.offset()),
                            providerRegistry.canonical(attached.processor()),
                            config(attached),
                            attached.subtree().orElse(false)));
        } else if (event.payload() instanceof StreamEvent.ProcessorDetached detached) {
            Map<String, Attachment> here = byStream.get(stream);
            if (here != null) {
                here.remove(providerRegistry.canonical(detached.processor()));
            }
        }
    }

    private void activate(StreamKey stream, EventRecord record) {
        providerRegistry
                .activatedBy(record.type())
                .forEach(name -> attach(
                        stream,
                        new Attachment(
                                record.offset() - 1,
                                record.position(),
                                OptionalLong.empty(),
                                name,
                                JsonNodeFactory.instance.objectNode(),
                                false)));
    }

    /** A configuration that is refused does not replace one that works. */
    private void attach(StreamKey stream, Attachment next) {
        Map<String, Attachment> here = byStream.computeIfAbsent(stream, key -> new LinkedHashMap<>());
        Attachment now = here.get(next.processor());
        if (now != null && next.attachedBy().isPresent() && !now.config().equals(next.config())) {
            Optional<String> problem = problem(stream, next);
            if (problem.isPresent() && problem(stream, now).isEmpty()) {
                refused.add(new Refused(stream, next, problem.get()));
                return;
            }
        }
        here.merge(next.processor(), next, Attachment::replacedBy);
    }

    private Optional<String> problem(StreamKey stream, Attachment attachment) {
        return check.problem(stream.project(), attachment.processor(), attachment.config());
    }

    /** The attachments that were refused since the last call. */
    synchronized List<Refused> takeRefused() {
        List<Refused> taken = List.copyOf(refused);
        refused.clear();
        return taken;
    }

    /** True if this event ends the attachment that an earlier event of the stream made under this name. */
    boolean ends(ProjectSlug project, Event event, String processor, HostedProcessors.Wanted wanted) {
        if (wanted.attachedBy().isEmpty()
                || event.offset() <= wanted.attachedBy().getAsLong()
                || !EXPLICIT.contains(event.type())) {
            return false;
        }
        Object payload = event.decodedBy(CATALOG).payload();
        if (payload instanceof StreamEvent.ProcessorAttached attached) {
            return providerRegistry.canonical(attached.processor()).equals(processor)
                    && !config(attached).equals(wanted.config())
                    && check.problem(project, processor, config(attached)).isEmpty();
        }
        return payload instanceof StreamEvent.ProcessorDetached detached
                && providerRegistry.canonical(detached.processor()).equals(processor);
    }

    private static JsonNode config(StreamEvent.ProcessorAttached attached) {
        return attached.config().orElseGet(JsonNodeFactory.instance::objectNode);
    }

    synchronized void forget(StreamKey stream) {
        byStream.remove(stream);
    }

    /** The attachments that events of this stream made. */
    synchronized Collection<Attachment> ofStream(StreamKey stream) {
        return List.copyOf(byStream.getOrDefault(stream, Map.of()).values());
    }

    /** The attachments of ancestors that include their streams below, by ancestor, the nearest first. */
    synchronized Map<StreamKey, List<Attachment>> ofAncestors(StreamKey stream) {
        Map<StreamKey, List<Attachment>> reaching = new LinkedHashMap<>();
        for (StreamPath ancestor : stream.path().ancestors()) {
            StreamKey key = stream.at(ancestor);
            List<Attachment> subtree =
                    ofStream(key).stream().filter(Attachment::subtree).toList();
            if (!subtree.isEmpty()) {
                reaching.put(key, subtree);
            }
        }
        return reaching;
    }

    synchronized Set<StreamKey> streams() {
        return Set.copyOf(byStream.keySet());
    }
}
