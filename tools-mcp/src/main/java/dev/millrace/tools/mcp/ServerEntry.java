package dev.millrace.tools.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.payload.Positive;
import dev.millrace.processors.agent.tool.SideEffect;
import dev.millrace.processors.agent.tool.Tool;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A server in a {@link ServerFile}: a program, or an address.
 *
 * @param type {@code stdio} for a program, {@code http} or {@code streamable-http} for an address; may be left out
 * @param prefix stands in front of the names of tools; by default the name of the server and {@code _}
 * @param timeoutSeconds the longest time of a call
 * @param effects the class of a tool, in place of what the server says; {@code *} is each other tool
 * @param approval the tools whose calls wait for an approval; {@code *} is each tool
 */
record ServerEntry(
        Optional<String> type,
        Optional<String> command,
        Optional<List<String>> args,
        Optional<Map<String, String>> env,
        Optional<String> url,
        Optional<Map<String, String>> headers,
        Optional<String> prefix,
        @Positive Optional<Integer> timeoutSeconds,
        Optional<Map<String, SideEffect>> effects,
        Optional<List<String>> approval) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,31}");
    private static final Set<String> HTTP = Set.of("http", "streamable-http");
    private static final String EVERY = "*";
    private static final Pattern NUMBER = Pattern.compile("_[0-9]+$");

    /** The server, unconnected. Throws {@link IllegalArgumentException} if the entry has {@link #problems}. */
    Mcp server(String name) {
        Mcp server = (command.isPresent() ? program() : address())
                .named(name)
                .prefix(prefixOf(name))
                .each(tool -> changed(name, tool));
        return timeoutSeconds.isPresent() ? server.within(Duration.ofSeconds(timeoutSeconds.get())) : server;
    }

    private Mcp program() {
        List<String> whole = new ArrayList<>(List.of(command.orElseThrow()));
        whole.addAll(args.orElse(List.of()));
        Mcp server = Mcp.stdio(whole);
        for (Map.Entry<String, String> variable : env.orElse(Map.of()).entrySet()) {
            server = server.env(variable.getKey(), variable.getValue());
        }
        return server;
    }

    private Mcp address() {
        Mcp server = Mcp.http(URI.create(url.orElseThrow()));
        for (Map.Entry<String, String> header : headers.orElse(Map.of()).entrySet()) {
            server = server.header(header.getKey(), header.getValue());
        }
        return server;
    }

    private String prefixOf(String name) {
        return prefix.orElse(name + "_");
    }

    private Tool<JsonNode> changed(String name, Tool<JsonNode> offered) {
        String own = offered.name().substring(prefixOf(name).length());
        List<String> asking = approval.orElse(List.of());
        boolean asks = asking.contains(EVERY)
                || asking.contains(own)
                || asking.contains(NUMBER.matcher(own).replaceFirst("")); // another tool may have got the name first
        Tool<JsonNode> tool = asks ? offered.approval() : offered;
        Map<String, SideEffect> classes = effects.orElse(Map.of());
        SideEffect effect = classes.getOrDefault(own, classes.get(EVERY));
        if (effect == null) {
            return tool;
        }
        return switch (effect) {
            case READ_ONLY -> tool.readOnly();
            case IDEMPOTENT -> tool.idempotent();
            case ONCE -> tool.once();
        };
    }

    /** The tools that the entry names, with the prefix. */
    Set<String> toolNames(String name) {
        Set<String> names = askingNames(name);
        effects.orElse(Map.of()).keySet().stream()
                .filter(tool -> !tool.equals(EVERY))
                .forEach(tool -> names.add(prefixOf(name) + tool));
        return names;
    }

    /** Those of them whose calls wait for an approval. */
    Set<String> askingNames(String name) {
        return approval.orElse(List.of()).stream()
                .filter(tool -> !tool.equals(EVERY))
                .map(tool -> prefixOf(name) + tool)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What does not fit, each with its place below the entry; without values, which may be secret. */
    List<String> problems(String name) {
        List<String> problems = new ArrayList<>();
        if (!NAME.matcher(name).matches()) {
            problems.add(": the name of a server must have 1 to 31 characters of A-Z a-z 0-9 _ -");
        }
        if (prefix.filter(text -> !Mcp.PREFIX.matcher(text).matches()).isPresent()) {
            problems.add(".prefix: must have at most 32 characters of A-Z a-z 0-9 _ -");
        }
        if (command.isPresent() && url.isPresent()) {
            problems.add(": command and url exclude each other; remove one");
        } else if (command.isPresent()) {
            addProblemsOfProgram(problems);
        } else if (url.isPresent()) {
            addProblemsOfAddress(problems);
        } else {
            problems.add(": give command, for a program, or url, for a server with streamable HTTP");
        }
        return problems;
    }

    private void addProblemsOfProgram(List<String> problems) {
        if (type.filter(given -> !given.equals("stdio")).isPresent()) {
            problems.add(".type: must be stdio, because there is a command");
        }
        if (command.orElse("").isBlank()) {
            problems.add(".command: must name a program");
        }
        headers.ifPresent(given -> problems.add(".headers: belongs to a server with url; remove it"));
        env.orElse(Map.of()).keySet().stream()
                .filter(variable -> !ServerFile.VARIABLE_NAME.matcher(variable).matches())
                .forEach(variable -> problems.add(".env." + variable + ": is no name of a variable"));
    }

    private void addProblemsOfAddress(List<String> problems) {
        if (type.filter(given -> !HTTP.contains(given)).isPresent()) {
            problems.add(".type: must be http, because there is a url; the older transport sse is not supported");
        }
        if (!isUrl(url.orElse(""))) {
            problems.add(".url: must be an http or https URL");
        }
        args.ifPresent(given -> problems.add(".args: belongs to a server with command; remove it"));
        env.ifPresent(given -> problems.add(".env: belongs to a server with command; remove it"));
        headers.orElse(Map.of()).forEach((header, value) -> {
            if (!isHeader(header, value)) {
                problems.add(".headers." + header + ": is no header that can be sent");
            }
        });
    }

    private static boolean isUrl(String text) {
        try {
            ServerAddress.ofUrl(URI.create(text));
            return true;
        } catch (IllegalArgumentException wrong) {
            return false;
        }
    }

    private static boolean isHeader(String name, String value) {
        try {
            HttpRequest.newBuilder(URI.create("http://localhost")).setHeader(name, value);
            return true;
        } catch (IllegalArgumentException wrong) {
            return false;
        }
    }
}
