package dev.millrace.core.internal.lease;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.Fence;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.append.ForeignAnswer;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The events that one holder appends to a lease stream, and the check of the answer to a claim. */
record LeaseEvents(String slug, StreamPath leases, String holder, Duration lease) {
    /** The part of a key behind the slug: an epoch, and in the keys of other events than claims a suffix. */
    private static final Pattern EPOCH = Pattern.compile("/([1-9][0-9]{0,8})(?:/renewed/[0-9]+|/released)?$");

    EventInput input(BuiltInType type, int epoch, String suffix, Optional<Fence> fence) {
        ObjectNode payload = JsonNodeFactory.instance
                .objectNode()
                .put("slug", slug)
                .put("holder", holder)
                .put("epoch", epoch)
                .put("lease", lease.toString());
        ObjectNode metadata = Provenance.metadataOf(slug, Optional.empty());
        return EventInput.builder()
                .type(type.type())
                .payload(payload)
                .metadata(fence.map(under -> under.asMetadata(Optional.of(metadata)))
                        .orElse(metadata))
                .idempotencyKey(Fence.claimKey(slug, epoch) + suffix)
                .build();
    }

    /**
     * The epoch of an event of this lease; 0 if it is another event. It is in the key, by which the service knows claims
     * too, so an event counts even if its payload cannot be decoded.
     */
    int epochOf(Event event) {
        String key = event.idempotencyKey().orElse("");
        Matcher matcher = EPOCH.matcher(key);
        if (!matcher.find()) {
            return 0;
        }
        int epoch = Integer.parseInt(matcher.group(1));
        return key.substring(0, matcher.end(1)).equals(Fence.claimKey(slug, epoch)) ? epoch : 0;
    }

    /** Returns the event if it is a claim of this lease, by any process; throws what is wrong with another one. */
    Event requireClaim(Event stored, Fence fence) {
        if (ForeignAnswer.isClaimed(stored)) {
            throw ForeignAnswer.withoutProcess(slug, stored, leases);
        }
        if (!BuiltInType.LEASE_CLAIMED.matches(stored.type()) || epochOf(stored) != fence.epoch()) {
            EventInput claim = input(BuiltInType.LEASE_CLAIMED, fence.epoch(), "", Optional.empty());
            throw ForeignAnswer.taken(slug, leases, claim, stored);
        }
        return stored;
    }

    boolean isMine(Event claimed) {
        return claimed.payloadJson().path("holder").asText().equals(holder);
    }
}
