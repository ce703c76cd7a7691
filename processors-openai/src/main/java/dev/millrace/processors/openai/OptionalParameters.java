package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.http.ErrorBody;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.ToolDefinition;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The parameters, and the kinds of content, that a request can lack. Not every service knows each of them, and no list says which does; so a
 * refusal that names one teaches it.
 */
final class OptionalParameters {
    static final String INCLUDE = "include";
    static final String STORE = "store";
    static final String STREAM_OPTIONS = "stream_options";
    static final String REASONING = "reasoning";
    static final String MAX_OUTPUT_TOKENS = "max_output_tokens";
    static final String TEMPERATURE = "temperature";

    // Of chat completions:
    static final String REASONING_EFFORT = "reasoning_effort";
    static final String MAX_TOKENS = "max_tokens";
    static final String MAX_COMPLETION_TOKENS = "max_completion_tokens";
    static final String PARALLEL_TOOL_CALLS = "parallel_tool_calls";

    /** The name of {@link #STREAM_OPTIONS} of chat completions, where the field has another content. */
    static final String INCLUDE_USAGE = "stream_options.include_usage";

    /** The reasoning of earlier messages, in chat completions. */
    static final String REASONING_CONTENT = "reasoning_content";

    /** The field {@code strict} of tools. */
    static final String STRICT = "strict";

    /** Strict tools; without them, each tool is sent with {@code strict: false}. */
    static final String STRICT_SCHEMAS = "strict-schemas";

    /** Messages of the roles {@code system} and {@code developer}; without them, such a message is one of the user. */
    static final String DEVELOPER_MESSAGES = "developer-messages";

    /** System messages at all, in chat completions; without them, the system prompt is a message of the user too. */
    static final String SYSTEM_MESSAGES = "system-messages";

    /** Two messages of one role in a row, in chat completions; without them, they are one message. */
    static final String CONSECUTIVE_MESSAGES = "consecutive-messages";

    /** Parts of a message that some services cannot read; without them, a text stands in their place. */
    static final String IMAGE = "input_image";

    static final String FILE = "input_file";
    static final List<String> ATTACHMENTS = List.of(IMAGE, FILE);

    /** What the model reads in place of an attachment. */
    static final String LEFT_OUT = "[an attachment was left out, because this model cannot read it]";

    /** Words of a message about one attachment, and not about the kind. */
    private static final Pattern ONE_ATTACHMENT =
            Pattern.compile("format|mime|media type|too large|download|size|decode");

    private static final Pattern STRICT_FIELD = Pattern.compile("\\btools(?:\\[\\d+])?(?:\\.function)?\\.strict\\b");
    private static final Pattern STRICT_WORD = Pattern.compile("\\bstrict\\b");

    /** The place of an item in the request. */
    private static final Pattern ITEM = Pattern.compile("\\binput\\[(\\d{1,6})]");

    /** The place of a tool in the request. */
    private static final Pattern TOOL = Pattern.compile("\\btools\\[(\\d+)]");

    private static final Pattern FUNCTION = Pattern.compile("for function ['\"`]?([A-Za-z0-9_-]{1,64})\\b");

    private static final String TEMPLATE_REFUSAL = "system message must be at the beginning";

    /** Words of servers about images in general, on both wires. */
    private static final Pattern IMAGES =
            Pattern.compile("input_image|image_url|image input|multimodal|at most 0 image");

    /** Of models that read texts only. */
    private static final Pattern NOT_MULTIMODAL = Pattern.compile("not a multimodal|at most 0 image");

    private static final Pattern FILES = Pattern.compile("input_file|file_url|file_data|['\"`]file['\"`]");

    /** Parameters that each request has, with values of this module. */
    private static final List<String> OWN = List.of(INCLUDE, STORE, STREAM_OPTIONS, PARALLEL_TOOL_CALLS);

    private static final List<String> ALL = List.of(
            INCLUDE,
            STORE,
            STREAM_OPTIONS,
            REASONING,
            MAX_OUTPUT_TOKENS,
            TEMPERATURE,
            REASONING_EFFORT,
            MAX_TOKENS,
            MAX_COMPLETION_TOKENS,
            PARALLEL_TOOL_CALLS);

    private static final Set<String> UNKNOWN_CODES = Set.of("unsupported_parameter", "unknown_parameter");

    /** Words of a message that says that a parameter is not known, and not only that its value is wrong. */
    private static final Pattern UNKNOWN = Pattern.compile("not support|unsupported|unknown|unrecognized|unexpected"
            + "|not permitted|not allowed|extra input|extra field|only the default|only supported");

    /** Words of a message about a value. The caller has to correct it; a request without it would not do what was set. */
    private static final Pattern VALUE = Pattern.compile("invalid value|(?:un)?supported values?\\b|must be|at most"
            + "|at least|less than|greater than|too (?:large|small|high|low)|maximum|minimum");

    private OptionalParameters() {}

    /**
     * The parameter of {@code body} that an error is about; empty if it names none that can be left out. A refused value
     * of a setting is no reason to leave the setting out, unless only the default is allowed.
     */
    static Optional<String> refused(ErrorBody error, JsonNode body, Prompt prompt) {
        return item(error, body)
                .or(() -> refused(error, body))
                .map(name -> name.equals(STREAM_OPTIONS) && isChat(body) ? INCLUDE_USAGE : name)
                .or(() -> tool(error, body, prompt));
    }

    /**
     * The type of an item that only its service understands, if the error is about one. Some services send items that they
     * do not take back.
     */
    private static Optional<String> item(ErrorBody error, JsonNode body) {
        Matcher place = ITEM.matcher(error.parameter() + " " + error.message());
        if (place.find()) {
            JsonNode item = body.path("input").path(Integer.parseInt(place.group(1)));
            return Optional.of(item).filter(OutputItems::isOther).map(OptionalParameters::itemsOf);
        }
        return error.message().contains("determine type of 'item'")
                ? body.path("input")
                        .valueStream()
                        .filter(OutputItems::isOther)
                        .map(OptionalParameters::itemsOf)
                        .findFirst()
                : Optional.empty();
    }

    /** The name of the items of a type that a request can lack. */
    static String itemsOf(JsonNode item) {
        return "items." + item.path("type").asText();
    }

    private static boolean isChat(JsonNode body) {
        return body.has("messages");
    }

    /** A tool, or the function in it, which is what chat completions have. */
    private static JsonNode function(JsonNode tool) {
        return tool.path("function").isObject() ? tool.path("function") : tool;
    }

    /** The tool that an error is about. One that the service cannot take would refuse all later requests too. */
    private static Optional<String> tool(ErrorBody error, JsonNode body, Prompt prompt) {
        String name = Stream.of(error.parameter(), error.message())
                .map(TOOL::matcher)
                .filter(Matcher::find)
                .map(place -> place.group(1))
                .findFirst()
                .filter(index -> index.length() < 5)
                .map(index -> function(body.path("tools").path(Integer.parseInt(index)))
                        .path("name")
                        .asText())
                .orElseGet(() -> {
                    Matcher named = FUNCTION.matcher(error.message());
                    return named.find() ? named.group(1) : "";
                });
        return prompt.tools().stream()
                .filter(tool -> tool.name().equals(name))
                .map(ToolDefinition::refusalName)
                .findFirst();
    }

    private static Optional<String> refused(ErrorBody error, JsonNode body) {
        String message = error.message().toLowerCase(Locale.ROOT);
        if (message.contains(TEMPLATE_REFUSAL)) {
            return Optional.of(DEVELOPER_MESSAGES);
        }
        if (isChat(body) && message.contains("system role not supported")) {
            return Optional.of(SYSTEM_MESSAGES);
        }
        if (isChat(body) && message.contains("must alternate")) {
            return Optional.of(CONSECUTIVE_MESSAGES);
        }
        Optional<String> attachment = attachment(message, body);
        if (attachment.isPresent()) {
            return attachment;
        }
        if (body.findValue(REASONING_CONTENT) != null && names(message, REASONING_CONTENT)) {
            return Optional.of(REASONING_CONTENT);
        }
        Optional<String> strict = strict(error, message, body);
        if (strict.isPresent()) {
            return strict;
        }
        String parameter = topLevel(error.parameter());
        if (!parameter.isEmpty()) {
            return Optional.of(parameter)
                    .filter(ALL::contains)
                    .filter(body::has)
                    .filter(named -> OWN.contains(named) || isUnknown(error, message));
        }
        return isUnknown(error, message)
                ? ALL.stream()
                        .filter(body::has)
                        .filter(named -> names(message, named))
                        .findFirst()
                : Optional.empty();
    }

    /** The kind of attachment in {@code body} that a message says is not supported. */
    private static Optional<String> attachment(String message, JsonNode body) {
        boolean isRefused = (UNKNOWN.matcher(message).find()
                        || NOT_MULTIMODAL.matcher(message).find())
                && !ONE_ATTACHMENT.matcher(message).find();
        List<String> types = body.path(isChat(body) ? "messages" : "input").findValuesAsText("type");
        if (isRefused && IMAGES.matcher(message).find() && (types.contains(IMAGE) || types.contains("image_url"))) {
            return Optional.of(IMAGE);
        }
        boolean isFile = types.contains(FILE) || types.contains("file");
        return isRefused && isFile && FILES.matcher(message).find() ? Optional.of(FILE) : Optional.empty();
    }

    /**
     * Whether the error is about strict tools. A refused schema counts, because {@code strict} restricts which schemas the
     * service takes.
     */
    private static Optional<String> strict(ErrorBody error, String message, JsonNode body) {
        boolean isSaid = false;
        boolean isStrict = false;
        for (JsonNode tool : body.path("tools")) {
            isSaid |= function(tool).has(STRICT);
            isStrict |= function(tool).path(STRICT).asBoolean();
        }
        boolean isUnknown = isUnknown(error, message);
        boolean isField = STRICT_FIELD.matcher(error.parameter()).matches()
                || STRICT_FIELD.matcher(message).find()
                || names(message, STRICT);
        if (isSaid && isUnknown && isField) {
            return Optional.of(STRICT);
        }
        boolean isSchema =
                error.code().equals("invalid_function_parameters") || message.contains("invalid schema for function");
        boolean isMode = isUnknown && STRICT_WORD.matcher(message).find();
        return isStrict && (isSchema || isMode) ? Optional.of(STRICT_SCHEMAS) : Optional.empty();
    }

    private static boolean isUnknown(ErrorBody error, String message) {
        return UNKNOWN_CODES.contains(error.code())
                || message.contains("only the default")
                || (UNKNOWN.matcher(message).find() && !VALUE.matcher(message).find());
    }

    /** Whether a message means the parameter, and not a word that is written like it, as in "must include a text". */
    private static boolean names(String message, String parameter) {
        String pattern = "['\"`]P\\b|\\bP(?:[.\\[]\\S*)?['\"`]? (?:is|are|was|not|param|field|arg|option|prop)"
                + "|(?:parameters?|fields?|arguments?|options?|propert(?:y|ies)|keys?|inputs?|supplied|permitted"
                + "|allowed|unsupported|unknown|unrecognized|unexpected|supports?)\\W+(?:the )?P\\b";
        return Pattern.compile(pattern.replace("P", parameter)).matcher(message).find();
    }

    /** {@code reasoning} of {@code reasoning.effort}, {@code include} of {@code include[0]}. */
    private static String topLevel(String parameter) {
        return parameter.split("[.\\[]", 2)[0];
    }

    /** Removes the parameters that the service refused before. */
    static void leaveOut(ObjectNode body, Set<String> unsupported) {
        for (String parameter : unsupported) {
            boolean isOther = isChat(body) && parameter.equals(STREAM_OPTIONS);
            if (ALL.contains(parameter) && !isOther) {
                body.remove(parameter);
            }
        }
        if (isChat(body) && unsupported.contains(INCLUDE_USAGE)) {
            body.remove(STREAM_OPTIONS);
        }
    }
}
