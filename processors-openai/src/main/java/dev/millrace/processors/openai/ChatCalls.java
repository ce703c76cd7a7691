package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

/**
 * The tool calls of one chat completion. A piece belongs to the call with its index; without an index, to the call with
 * its id; without both, to the newest call. Servers leave out the index or send 0 for all calls, and leave out the id or
 * send it with the first piece only: so another id together with a name begins another call, whatever the index is. Not
 * thread-safe.
 */
final class ChatCalls {
    private final List<ChatCall> calls = new ArrayList<>();

    /** The call that an entry of {@code tool_calls} is a piece of; {@code outputIndex} gives one to a new call. */
    ChatCall of(JsonNode entry, IntSupplier outputIndex) {
        return known(entry).orElseGet(() -> begun(entry.path("index").asInt(calls.size()), outputIndex));
    }

    private Optional<ChatCall> known(JsonNode entry) {
        String id = ChatCall.id(entry);
        Optional<ChatCall> byId =
                id.isEmpty() ? Optional.empty() : newest(call -> call.id().equals(id));
        if (!entry.path("index").isInt()) {
            return byId.or(() -> newest(call -> true).filter(call -> call.continuedBy(entry)));
        }
        int index = entry.path("index").intValue();
        Optional<ChatCall> atIndex = newest(call -> call.index == index);
        return atIndex.isEmpty()
                ? byId.filter(call -> ChatCall.name(entry).isEmpty())
                : byId.filter(call -> call.index == index).or(() -> atIndex.filter(call -> call.continuedBy(entry)));
    }

    /** Adds the calls of a complete message; each is the streamed one with its id, else the next one that it fits. */
    void whole(Iterable<JsonNode> entries, IntSupplier outputIndex) {
        Set<ChatCall> taken = new HashSet<>();
        int position = 0;
        for (JsonNode entry : entries) {
            String id = ChatCall.id(entry);
            int index = position++;
            ChatCall call = first(known -> !taken.contains(known)
                            && !id.isEmpty()
                            && known.id().equals(id))
                    .or(() -> first(known -> !taken.contains(known) && known.continuedBy(entry)))
                    .orElseGet(() -> begun(index, outputIndex));
            taken.add(call);
            call.whole(entry);
        }
    }

    private ChatCall begun(int index, IntSupplier outputIndex) {
        ChatCall call = new ChatCall(outputIndex.getAsInt(), index);
        calls.add(call);
        return call;
    }

    private Optional<ChatCall> newest(Predicate<ChatCall> isSearched) {
        for (int i = calls.size() - 1; i >= 0; i--) {
            if (isSearched.test(calls.get(i))) {
                return Optional.of(calls.get(i));
            }
        }
        return Optional.empty();
    }

    private Optional<ChatCall> first(Predicate<ChatCall> isSearched) {
        return calls.stream().filter(isSearched).findFirst();
    }

    List<ChatCall> all() {
        return calls;
    }
}
