package dev.millrace.testkit.internal.bytecode;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The list of code that a reducer must not use, read from {@code deny-list.txt}. Immutable. */
public final class DenyList {
    private static final String RESOURCE = "deny-list.txt";

    /** One line. An empty kind means allowed; empty parameters mean every overload. */
    private record Entry(Optional<ImpurityKind> kind, String owner, String member, Optional<String> parameters) {
        boolean covers(String name, String parameterTypes) {
            return (member.equals("*") || member.equals(name))
                    && (parameters.isEmpty() || parameters.get().equals(parameterTypes));
        }
    }

    private final Map<String, List<Entry>> byClass = new HashMap<>();
    private final Map<String, List<Entry>> byPackage = new HashMap<>();

    public static final DenyList WRITTEN = new DenyList();

    private DenyList() {
        for (String line : lines()) {
            if (!line.isBlank() && !line.startsWith("#")) {
                add(line);
            }
        }
    }

    private static List<String> lines() {
        try (InputStream in = DenyList.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path; the testkit's jar has it");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE + " cannot be read; " + e.getMessage(), e);
        }
    }

    private void add(String line) {
        String kind = line.substring(0, line.indexOf(' '));
        String rest = line.substring(kind.length()).strip();
        int hash = rest.indexOf('#');
        String owner = (hash < 0 ? rest : rest.substring(0, hash)).replace('.', '/');
        String member = hash < 0 ? "" : rest.substring(hash + 1);
        int open = member.indexOf('(');
        Optional<String> parameters =
                open < 0 ? Optional.empty() : Optional.of(member.substring(open + 1, member.length() - 1));
        Entry entry = new Entry(
                kind.equals("allow")
                        ? Optional.empty()
                        : Optional.of(ImpurityKind.valueOf(kind.toUpperCase(Locale.ROOT))),
                owner,
                open < 0 ? member : member.substring(0, open),
                parameters);
        boolean isPackage = owner.endsWith("/*");
        (isPackage ? byPackage : byClass)
                .computeIfAbsent(isPackage ? owner.substring(0, owner.length() - 2) : owner, key -> new ArrayList<>())
                .add(entry);
    }

    /** Why a call is denied, if it is. */
    public Optional<DeniedAction> call(MethodId called, ClassFileFinder classes) {
        return member(called.owner(), called.name(), called.parameters(), classes)
                .map(kind -> new DeniedAction(kind, called.asCall()));
    }

    /** Why reading a field is denied, if it is. */
    public Optional<DeniedAction> field(String owner, String name, ClassFileFinder classes) {
        return member(owner, name, "a field", classes)
                .map(kind -> new DeniedAction(kind, MethodId.dotted(owner) + "." + name));
    }

    /** Whether the list has an entry for this whole type: its objects are mutable, or give changing values. */
    boolean isChanging(String type, ClassFileFinder classes) {
        return classes.lineage(type).stream()
                .anyMatch(above ->
                        entries(above).stream().anyMatch(entry -> entry.member().isEmpty()));
    }

    private Optional<ImpurityKind> member(String owner, String name, String parameters, ClassFileFinder classes) {
        Optional<ImpurityKind> found = Optional.empty();
        for (String type : classes.lineage(owner)) {
            boolean inherited = !type.equals(owner);
            if (inherited && name.equals("<init>")) {
                break;
            }
            for (Entry entry : inherited ? byClass.getOrDefault(type, List.of()) : entries(type)) {
                if (entry.covers(name, parameters)) {
                    if (entry.kind().isEmpty()) {
                        return Optional.empty();
                    }
                    found = found.or(entry::kind);
                }
            }
        }
        return found;
    }

    private List<Entry> entries(String type) {
        List<Entry> all = new ArrayList<>(byClass.getOrDefault(type, List.of()));
        for (int end = type.lastIndexOf('/'); end > 0; end = type.lastIndexOf('/', end - 1)) {
            all.addAll(byPackage.getOrDefault(type.substring(0, end), List.of()));
        }
        return all;
    }
}
