package dev.millrace.scriptedmodel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What a {@link ScriptedModelServer} answers: rules in order, the first that matches a request speaks. Immutable; how
 * often a rule has spoken is counted by the server.
 */
public final class ModelScript {
    /** A rule's answer to the request it matched for the {@code count}-th time, counted from 1. */
    @FunctionalInterface
    interface Answer {
        ModelReply reply(ModelRequest request, int count);
    }

    record Rule(Predicate<ModelRequest> matcher, Answer answer) {}

    private final List<Rule> rules;

    private ModelScript(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    /**
     * The script of demonstrations: it does the sum in the last user message ({@code What is 50 - 8?} gets {@code 50 - 8
     * is 42.}), answers "learn to count words" with a processor in a fenced code block, and says back what is neither. It needs
     * no key and no network.
     */
    public static ModelScript assistant() {
        return empty().otherwise(request -> ModelReply.text(ScriptedAssistant.answer(request.lastUserText())));
    }

    /** Gives these replies one after the other, whatever is asked; the last one again and again. */
    public static ModelScript of(ModelReply first, ModelReply... next) {
        return empty().when(request -> true, first, next);
    }

    /** No rules: every request gets a 500 that says so. Add rules with {@link #when} and {@link #otherwise}. */
    public static ModelScript empty() {
        return new ModelScript(List.of());
    }

    /** This script and one more rule: requests that match get these replies in turn, then the last one again and again. */
    public ModelScript when(Predicate<ModelRequest> matcher, ModelReply first, ModelReply... next) {
        List<ModelReply> replies = new ArrayList<>();
        replies.add(first);
        replies.addAll(List.of(next));
        return with(new Rule(matcher, (request, count) -> replies.get(Math.min(count, replies.size()) - 1)));
    }

    /** As {@link #when}, for requests whose newest user message contains this text. */
    public ModelScript whenAsked(String text, ModelReply first, ModelReply... next) {
        return when(request -> request.lastUserText().contains(text), first, next);
    }

    /** This script and a last rule that answers everything. */
    public ModelScript otherwise(Function<ModelRequest, ModelReply> answer) {
        return with(new Rule(request -> true, (request, count) -> answer.apply(request)));
    }

    List<Rule> rules() {
        return rules;
    }

    private ModelScript with(Rule rule) {
        List<Rule> more = new ArrayList<>(rules);
        more.add(rule);
        return new ModelScript(more);
    }
}
