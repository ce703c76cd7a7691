package dev.millrace.core.internal.append;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Chain;
import dev.millrace.core.EventInput;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Processor;
import java.util.regex.Pattern;

/** The producer of appends: processor, stream and incarnation. It stamps provenance and computes idempotency keys. */
public record ProducerIdentity(String slug, int version, StreamPath path, String incarnation) {
    private static final Pattern SLUG = Pattern.compile("[a-z0-9][a-z0-9._-]*");

    public static ProducerIdentity of(Processor<?> processor, StreamPath path) {
        String slug = processor.slug();
        if (!SLUG.matcher(slug).matches() || slug.equals("millrace")) {
            throw new IllegalArgumentException("processor slug is not valid: '" + slug + "' of "
                    + processor.getClass().getName() + "; use a-z, 0-9, '-', '_' and '.', and not 'millrace'");
        }
        return new ProducerIdentity(slug, processor.version(), path, "");
    }

    public ProducerIdentity in(String newIncarnation) {
        return new ProducerIdentity(slug, version, path, newIncarnation);
    }

    /**
     * The key {@code <slug>/<type>@<path>~<incarnation>:<offset>}, plus {@code #<name>} for a named event draft. Keys
     * are unique within the target stream, so the target is not part of it.
     */
    String key(EventDraft draft, Cause cause) {
        return slug + "/" + draft.input().type() + "@" + path + (incarnation.isEmpty() ? "" : "~" + incarnation) + ":"
                + cause.offset() + draft.name().map(name -> "#" + name).orElse("");
    }

    EventInput stamp(EventDraft draft, Cause cause, StreamPath target) {
        boolean isHop = !target.equals(path);
        Chain counted = cause.counted().next(isHop);
        Chain chain = cause.chain().next(isHop);
        Provenance provenance = new Provenance(slug, version, path, cause.offset(), counted.depth(), counted.hops());
        ObjectNode metadata = provenance.asMetadata(draft.input().metadata());
        if (!chain.equals(counted)) {
            chain.addTo(metadata);
        }
        if (draft.foreignKey() && draft.input().idempotencyKey().isPresent()) {
            Provenance.markForeignKey(metadata);
        }
        EventInput.Builder stamped = EventInput.builder().from(draft.input()).metadata(metadata);
        if (draft.input().idempotencyKey().isEmpty()) {
            stamped.idempotencyKey(key(draft, cause));
        }
        return stamped.build();
    }

    @Override
    public String toString() {
        return "'" + slug + "' on " + path;
    }
}
