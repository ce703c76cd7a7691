package dev.millrace.core;

import java.util.ArrayList;
import java.util.List;

/**
 * The name of a stream in its project: {@code /} or {@code /segment(/segment)*}. Each segment has one or more of {@code
 * a-z 0-9 _ -}; the path has at most {@value #MAX_LENGTH} characters (docs/wire.md, Paths).
 *
 * @param value the canonical text: with a leading slash and, except for the root, without a trailing one
 * @since 0.1
 */
public record StreamPath(String value) implements Comparable<StreamPath> {
    /** The longest path, in characters. */
    public static final int MAX_LENGTH = 1023;

    private static final StreamPath ROOT = new StreamPath("/");

    /** @throws IllegalArgumentException if the text is not a canonical path; the message names the broken rule */
    public StreamPath {
        if (value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("path is too long: " + value.length() + " characters, at most "
                    + MAX_LENGTH + " are allowed: " + value.substring(0, 40) + "…");
        }
        if (!isCanonical(value)) {
            throw new IllegalArgumentException("path is not valid: '" + value
                    + "'; use '/' or '/segment/segment' with segments of a-z, 0-9, '_' and '-'");
        }
    }

    /** The stream {@code /}, which gets an event for each new stream of its project. */
    public static StreamPath root() {
        return ROOT;
    }

    /**
     * Reads a path as callers write it: adds a missing leading slash, and changes nothing else.
     *
     * @throws IllegalArgumentException if the result is not canonical
     */
    public static StreamPath of(String text) {
        return new StreamPath(text.startsWith("/") ? text : "/" + text);
    }

    public boolean isRoot() {
        return value.equals("/");
    }

    /** All streams above this one, from the direct parent to the root; empty for the root. */
    public List<StreamPath> ancestors() {
        List<StreamPath> above = new ArrayList<>();
        String rest = value;
        while (rest.length() > 1) {
            int slash = rest.lastIndexOf('/');
            rest = slash == 0 ? "/" : rest.substring(0, slash);
            above.add(new StreamPath(rest));
        }
        return List.copyOf(above);
    }

    /** True if this stream is below {@code ancestor}; false for the same stream. */
    public boolean isBelow(StreamPath ancestor) {
        return !equals(ancestor) && (ancestor.isRoot() || value.startsWith(ancestor.value + "/"));
    }

    /**
     * The stream directly below this one on the way to {@code descendant}.
     *
     * @throws IllegalArgumentException if {@code descendant} is not below this stream
     */
    public StreamPath childTowards(StreamPath descendant) {
        if (!descendant.isBelow(this)) {
            throw new IllegalArgumentException(descendant + " is not below " + this);
        }
        int from = isRoot() ? 1 : value.length() + 1;
        int slash = descendant.value.indexOf('/', from);
        return slash < 0 ? descendant : new StreamPath(descendant.value.substring(0, slash));
    }

    /**
     * Resolves a target of a processor, with this path as the directory: {@code .} is this stream, {@code ./child} and
     * {@code ../sibling} are relative, {@code /absolute} stays as it is. Trailing slashes are ignored.
     *
     * @throws IllegalArgumentException for all other texts, including {@code child} and a path above the root
     */
    public StreamPath resolve(String target) {
        if (target.startsWith("/")) {
            return new StreamPath(target.length() > 1 ? trimTrailingSlashes(target) : target);
        }
        if (!target.equals(".") && !target.equals("..") && !target.startsWith("./") && !target.startsWith("../")) {
            throw new IllegalArgumentException("'" + target + "' is not a path for an append from " + value
                    + "; write '.', './child', '../sibling' or an absolute '/path'");
        }
        List<String> segments = new ArrayList<>(
                isRoot() ? List.of() : List.of(value.substring(1).split("/")));
        for (String step : target.split("/")) {
            if (step.equals("..")) {
                if (segments.isEmpty()) {
                    throw new IllegalArgumentException("'" + target + "' is above the root, seen from " + value);
                }
                segments.remove(segments.size() - 1);
            } else if (!step.equals(".")) {
                segments.add(step);
            }
        }
        return new StreamPath("/" + String.join("/", segments));
    }

    /** A loop instead of a pattern, because the pattern would recurse once for each segment. */
    private static boolean isCanonical(String text) {
        if (text.equals("/")) {
            return true;
        }
        char previous = ' ';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean ofSegment = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
            boolean afterSegment = previous != '/' && c == '/';
            if (i == 0 ? c != '/' : !ofSegment && !afterSegment) {
                return false;
            }
            previous = c;
        }
        return previous != ' ' && previous != '/';
    }

    private static String trimTrailingSlashes(String text) {
        int end = text.length();
        while (end > 1 && text.charAt(end - 1) == '/') {
            end--;
        }
        return text.substring(0, end);
    }

    @Override
    public int compareTo(StreamPath other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
