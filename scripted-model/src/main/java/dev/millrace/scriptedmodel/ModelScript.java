package dev.millrace.scriptedmodel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The answers of a {@link ScriptedModelServer}: a list of rules, of which the first matching one answers. Immutable;
 * the server counts how often each rule has answered.
 *
 * @since 0.1
 */
public final class ModelScript {
    /** Answers the request that a rule matched for the {@code count}-th time, counted from 1. */
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
     * The demo script: it calculates the sum in the last user message ({@code What is 50 - 8?} gives {@code 50 - 8 is
     * 42.}), answers "learn to count words" with a script in a code block, and repeats other texts. It needs no key and
     * no network.
     *
     * <p>If the request offers tools and the message names some of them, it calls these, all in one answer, and then
     * tells their results. A space counts as {@code _} or {@code -}: "find order 17" names {@code find_order}. The
     * arguments are a JSON object after the name; without one, the numbers and the quoted texts after the name, in the
     * order of the properties of the schema.
     */
    public static ModelScript assistant() {
        return empty().otherwise(ScriptedAssistant::reply);
    }

    /** Answers all requests with these replies in order, and then always with the last one. */
    public static ModelScript of(ModelReply first, ModelReply... next) {
        return empty().when(request -> true, first, next);
    }

    /** No rules: all requests get a 500 that says so. Add rules with {@link #when} and {@link #otherwise}. */
    public static ModelScript empty() {
        return new ModelScript(List.of());
    }

    /** Adds a rule: matching requests get these replies in order, and then always the last one. */
    public ModelScript when(Predicate<ModelRequest> matcher, ModelReply first, ModelReply... next) {
        List<ModelReply> replies = new ArrayList<>();
        replies.add(first);
        replies.addAll(List.of(next));
        return with(new Rule(matcher, (request, count) -> replies.get(Math.min(count, replies.size()) - 1)));
    }

    /** Like {@link #when}, for requests whose newest user message contains this text. */
    public ModelScript whenAsked(String text, ModelReply first, ModelReply... next) {
        return when(request -> request.lastUserText().contains(text), first, next);
    }

    /**
     * Adds a rule for requests whose newest user message contains this text: a call of this tool, and then, when the
     * conversation ends with results of tools, a text with these results. The rule does not match a request that neither
     * offers the tool nor ends with a result. Ids of calls differ within a conversation.
     *
     * @param tool the name of the tool
     * @param arguments JSON, or any other text that a model may produce
     */
    public ModelScript callWhenAsked(String text, String tool, String arguments) {
        Predicate<ModelRequest> matcher = request -> request.lastUserText().contains(text)
                && (request.toolNames().contains(tool) || !request.toolResults().isEmpty());
        return with(new Rule(
                matcher,
                (request, count) -> request.toolResults().isEmpty()
                        ? ModelReply.call("call_" + (request.callCount() + 1), tool, arguments)
                        : ModelReply.text(String.join("\n", request.toolResults()))));
    }

    /** Adds a last rule that answers all requests. */
    public ModelScript otherwise(Function<ModelRequest, ModelReply> answer) {
        return with(new Rule(request -> true, (request, count) -> answer.apply(request)));
    }

    private ModelScript with(Rule rule) {
        List<Rule> more = new ArrayList<>(rules);
        more.add(rule);
        return new ModelScript(more);
    }

    /** Finds the answers for one server, and counts how often each rule has answered. Not thread-safe. */
    static final class Reader {
        private final List<Rule> rules;
        private final int[] spoken;

        Reader(ModelScript script) {
            rules = script.rules;
            spoken = new int[rules.size()];
        }

        ModelReply reply(ModelRequest request) {
            for (int i = 0; i < spoken.length; i++) {
                if (rules.get(i).matcher().test(request)) {
                    spoken[i]++;
                    return rules.get(i).answer().reply(request, spoken[i]);
                }
            }
            return ModelReply.failure(
                    500,
                    "server_error",
                    "no_rule",
                    "No rule of the script matches this request; add otherwise(...) or a rule for it.");
        }
    }
}
