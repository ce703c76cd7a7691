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

/** The events that one holder appends to a lease stream, and the check of the answer to a claim. */
record LeaseEvents(String slug, StreamPath leases, String holder, Duration lease) {
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

    /** Returns the event if it is a claim of this lease, by any process; throws what is wrong with another one. */
    Event requireClaim(Event stored, Fence fence) {
        if (ForeignAnswer.isClaimed(stored)) {
            throw ForeignAnswer.withoutProcess(slug, stored, leases);
        }
        boolean isClaim = BuiltInType.LEASE_CLAIMED.matches(stored.type())
                && stored.payloadJson().path("slug").asText().equals(slug)
                && stored.payloadJson().path("epoch").intValue() == fence.epoch();
        if (!isClaim) {
            EventInput claim = input(BuiltInType.LEASE_CLAIMED, fence.epoch(), "", Optional.empty());
            throw ForeignAnswer.taken(slug, leases, claim, stored);
        }
        return stored;
    }

    boolean isMine(Event claimed) {
        return claimed.payloadJson().path("holder").asText().equals(holder);
    }
}
