package dev.millrace.benchmarks;

import dev.millrace.benchmarks.engine.EngineRows;
import dev.millrace.benchmarks.suite.Row;
import dev.millrace.benchmarks.wire.WireRows;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All rows of the suite, by their groups. */
final class Rows {
    /** The groups that are measured if none is named, and those that can run on two builds. */
    private static final List<String> DEFAULT = List.of("wire", "engine");

    private Rows() {}

    static Map<String, List<Row>> all() {
        Map<String, List<Row>> groups = new LinkedHashMap<>();
        groups.put("wire", WireRows.all());
        groups.put("engine", EngineRows.all());
        groups.put("startup", StartupRows.all());
        groups.put("snapshots", SnapshotRows.all());
        groups.put("agent", AgentRows.all());
        groups.put("tools", ToolRows.all());
        return groups;
    }

    /**
     * The rows with these names or in these groups.
     *
     * @throws IllegalArgumentException if there is none with a name
     */
    static List<Row> named(List<String> names, boolean isPaired) {
        Map<String, List<Row>> groups = all();
        if (isPaired) {
            groups.keySet().retainAll(DEFAULT);
        }
        Set<Row> rows = new LinkedHashSet<>();
        for (String name : names.isEmpty() ? DEFAULT : names) {
            List<Row> found = new ArrayList<>(groups.getOrDefault(name, List.of()));
            groups.values()
                    .forEach(group ->
                            group.stream().filter(row -> row.id().equals(name)).forEach(found::add));
            if (found.isEmpty()) {
                throw new IllegalArgumentException("there is no row or group '" + name + "'"
                        + (isPaired ? " for two builds" : "") + "; --list names all"
                        + (isPaired ? ", and those of wire and engine can be paired" : ""));
            }
            rows.addAll(found);
        }
        return List.copyOf(rows);
    }
}
