package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.model.OutputItem;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The items of one response. An item is identified by its output index, because some servers change ids; without an
 * index, by its id. The output at the end has positions only, and often lacks items: an item of it is the one with its
 * id, else the one of its type at its position, else the first one of its type. Not thread-safe.
 */
final class ResponseAccounts {
    private final TreeMap<Integer, ItemAccounts> items = new TreeMap<>();
    private final Map<String, Integer> indexById = new HashMap<>();
    private boolean hasIndexes;

    /** The position of the item that an event is about; {@code id} is that of the item. */
    int index(JsonNode event, JsonNode id) {
        JsonNode index = event.path("output_index");
        if (index.isInt()) {
            hasIndexes = true;
            indexById.putIfAbsent(id.asText(""), index.intValue());
            return index.intValue();
        }
        return indexById.computeIfAbsent(id.asText(""), first -> indexById.size());
    }

    ItemAccounts at(int index) {
        return items.computeIfAbsent(index, first -> new ItemAccounts());
    }

    /** The items that are complete although the response is not, by index. */
    SortedMap<Integer, OutputItem> whole() {
        SortedMap<Integer, OutputItem> whole = new TreeMap<>();
        items.forEach((index, item) -> item.ifWhole().ifPresent(found -> whole.put(index, found)));
        return whole;
    }

    /** All items at the end of a response with this output, by index. */
    SortedMap<Integer, OutputItem> atTheEnd(JsonNode output) {
        TreeMap<Integer, ItemAccounts> placed = hasIndexes ? items : new TreeMap<>();
        Unmatched unmatched = new Unmatched();
        int position = 0;
        for (JsonNode item : output) {
            if (item instanceof ObjectNode object
                    && item.path("role").asText("assistant").equals("assistant")) {
                Optional<Integer> index = unmatched.take(object, position);
                ItemAccounts accounts = index.map(items::get).orElseGet(ItemAccounts::new);
                accounts.last(object);
                int place = hasIndexes ? index.orElse(position) : position;
                boolean isTaken = index.isEmpty() && placed.containsKey(place);
                placed.put(isTaken ? placed.lastKey() + 1 : place, accounts);
            }
            position++;
        }
        if (!hasIndexes) {
            unmatched.rest().forEach(index -> {
                boolean isTaken = placed.containsKey(index);
                placed.put(isTaken ? placed.lastKey() + 1 : index, at(index));
            });
        }
        SortedMap<Integer, OutputItem> found = new TreeMap<>();
        placed.forEach((index, item) -> item.atTheEnd().ifPresent(chosen -> found.put(index, chosen)));
        return found;
    }

    /** The items of the events that have no item in the output yet. */
    private final class Unmatched {
        private final TreeSet<Integer> indexes = new TreeSet<>(items.keySet());
        private final Map<String, TreeSet<Integer>> byType = new HashMap<>();
        private final Map<String, Integer> byId = new HashMap<>();

        Unmatched() {
            items.forEach((index, item) -> {
                byType.computeIfAbsent(item.type(), type -> new TreeSet<>()).add(index);
                item.ids().forEach(id -> byId.putIfAbsent(id, index));
            });
            indexById.forEach((id, index) -> {
                if (!id.isEmpty()) {
                    byId.putIfAbsent(id, index);
                }
            });
        }

        Optional<Integer> take(ObjectNode item, int position) {
            TreeSet<Integer> ofType = byType.getOrDefault(item.path("type").asText("message"), new TreeSet<>());
            Optional<Integer> index = ItemAccounts.ids(item)
                    .flatMap(id -> Optional.ofNullable(byId.get(id)).stream())
                    .filter(ofType::contains)
                    .findFirst()
                    .or(() -> Optional.of(position).filter(ofType::contains))
                    .or(() -> Optional.ofNullable(ofType.isEmpty() ? null : ofType.first()));
            index.ifPresent(taken -> {
                ofType.remove(taken);
                indexes.remove(taken);
            });
            return index;
        }

        Set<Integer> rest() {
            return indexes;
        }
    }
}
