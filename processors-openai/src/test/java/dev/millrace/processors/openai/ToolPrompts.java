package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.processors.agent.model.ToolDefinition;
import java.util.List;
import java.util.Optional;

/** Prompts with tools. Single quotes stand for double ones. */
final class ToolPrompts {
    static final String CLOSED = "{'type':'object','properties':{'id':{'type':'string'}},'required':['id'],"
            + "'additionalProperties':false}";

    static final Prompt WITH_TOOLS = with(
            tool("strict", CLOSED),
            tool(
                    "loose",
                    "{'type':'object','properties':{'tags':{'type':'array'},'type':{'enum':['array']}},"
                            + "'oneOf':[{'required':['tags']},{'required':['type']}]}"),
            new ToolDefinition("empty", Optional.empty(), JsonCodec.parse("{}")));

    private ToolPrompts() {}

    static ToolDefinition tool(String name, String parameters) {
        return new ToolDefinition(name, Optional.of("does " + name), JsonCodec.parse(parameters.replace('\'', '"')));
    }

    static Prompt with(ToolDefinition... tools) {
        return Prompt.builder()
                .model("m")
                .addAllTools(List.of(tools))
                .addParts(new PromptPart.Input("user", TextNode.valueOf("hi")))
                .build();
    }
}
