package dev.millrace.architecture;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which artifact brings which others at run time, as the build's verbose dependency tree says. */
final class DependencyGraph {
    private static final Pattern NODE = Pattern.compile("^((?:[|+\\\\ ][ -] ?)*)\\(?([\\w.-]+):([\\w.-]+):jar:");

    private final Map<String, Set<String>> edges = new LinkedHashMap<>();

    private DependencyGraph() {}

    /** Reads what {@code dependency:tree -Dverbose} wrote. */
    static DependencyGraph read(Path file) {
        return parse(SourceTree.lines(file));
    }

    static DependencyGraph parse(List<String> lines) {
        DependencyGraph graph = new DependencyGraph();
        List<String> branch = new ArrayList<>();
        for (String line : lines) {
            Matcher node = NODE.matcher(line);
            if (!node.find()) {
                throw new IllegalArgumentException("not a line of a dependency tree: '" + line + "'");
            }
            int depth = node.group(1).length() / 3;
            String name = node.group(2) + ":" + node.group(3);
            branch.subList(depth, branch.size()).clear();
            if (depth > 0) {
                graph.edges
                        .computeIfAbsent(branch.get(depth - 1), parent -> new TreeSet<>())
                        .add(name);
            }
            branch.add(name);
        }
        return graph;
    }

    /** Everything on the class path of whoever depends on this artifact, itself excluded, as {@code group:artifact}. */
    Set<String> footprint(String artifact) {
        Set<String> seen = new TreeSet<>();
        Deque<String> next = new ArrayDeque<>(edges.getOrDefault(artifact, Set.of()));
        while (!next.isEmpty()) {
            String name = next.pop();
            if (seen.add(name)) {
                next.addAll(edges.getOrDefault(name, Set.of()));
            }
        }
        return seen;
    }
}
