package dev.millrace.processors.agent.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ToolTest {
    @Description("Finds an order.")
    record Find(String id, Optional<String> hint) {}

    record Plain(String id) {}

    private static @Nullable Object run(Tool<?> tool, String arguments) throws Exception {
        return tool.bind(HostStage.json(arguments)).run(new IdleCall());
    }

    @Test
    void should_have_the_strictest_defaults() {
        OfferedTool offer = Tool.of("find", Find.class, Find::id).offer();

        assertThat(offer.description()).contains("Finds an order.");
        assertThat(offer.effect()).contains(SideEffect.ONCE);
        assertThat(offer.timeout()).contains(Duration.ofMinutes(1));
        assertThat(offer.approval()).contains(ApprovalMode.NEVER);
        assertThat(offer.approvalTimeout()).isEmpty();
        assertThat(Tool.of("plain", Plain.class, Plain::id).offer().description())
                .isEmpty();
    }

    @Test
    void should_offer_what_is_set_and_leave_the_first_tool_as_it_is() {
        Tool<Find> first = Tool.of("find", Find.class, Find::id);
        Tool<Find> tool = first.description("Looks.")
                .readOnly()
                .within(Duration.ofSeconds(5))
                .parallel(2)
                .approval(find -> true, Duration.ofDays(2));

        assertThat(tool.offer())
                .isEqualTo(new OfferedTool(
                        "find",
                        Optional.of("Looks."),
                        first.offer().parameters(),
                        Optional.of(SideEffect.READ_ONLY),
                        Optional.of(Duration.ofSeconds(5)),
                        Optional.of(ApprovalMode.CONDITIONAL),
                        Optional.of(Duration.ofDays(2))));
        assertThat(tool.mostParallel()).hasValue(2);
        assertThat(tool.once().offer().effect()).contains(SideEffect.ONCE);
        assertThat(tool.approval().offer().approval()).contains(ApprovalMode.ALWAYS);
        assertThat(tool.approval().offer().approvalTimeout()).contains(Duration.ofDays(7));
        assertThat(first.offer().effect()).contains(SideEffect.ONCE);
    }

    @Test
    void should_read_null_and_nothing_of_an_optional_component_as_empty() throws Exception {
        Tool<Find> tool = Tool.of("find", Find.class, find -> find.hint().isPresent());

        assertThat(run(tool, "{'id':'1','hint':null}")).isEqualTo(false);
        assertThat(run(tool, "{'id':'1'}")).isEqualTo(false);
        assertThat(run(tool, "{'id':'1','hint':'x'}")).isEqualTo(true);
    }

    @Test
    void should_refuse_what_is_not_valid_with_words_about_the_tool() {
        assertThatThrownBy(() -> Tool.of("no spaces", Find.class, Find::id)).hasMessageContaining("no spaces");
        assertThatThrownBy(() -> Tool.of("x", String.class, text -> text))
                .hasMessageContaining("the arguments of tool 'x' must be a record, got java.lang.String");
        Tool<Find> tool = Tool.of("find", Find.class, Find::id);
        assertThatThrownBy(() -> tool.within(Duration.ZERO)).hasMessageContaining("timeout of tool 'find'");
        assertThatThrownBy(() -> tool.parallel(0)).hasMessageContaining("parallel of tool 'find'");
        assertThatThrownBy(() -> tool.approval(Duration.ofSeconds(-1)))
                .hasMessageContaining("approvalTimeout of tool 'find'");
        assertThatThrownBy(() -> ToolHost.of(tool, tool)).hasMessageContaining("have the name 'find'");
        assertThatThrownBy(() -> ToolHost.named("Upper")).hasMessageContaining("'Upper'");
        assertThatThrownBy(() -> ToolHost.named("a").parallel(0)).hasMessageContaining("got 0");
        ToolHost.Builder many = ToolHost.named("many");
        for (int i = 0; i < 128; i++) {
            many.tool(Tool.of("t" + i, Find.class, Find::id));
        }
        assertThatThrownBy(() -> many.tool(tool)).hasMessageContaining("at most 128 tools");
    }

    static class Base {
        @ToolMethod
        String inherited(Plain plain) {
            return "base";
        }
    }

    static final class Shop extends Base {
        @ToolMethod(name = "find_order", effect = SideEffect.READ_ONLY, within = "PT5S", parallel = 2)
        String find(Find find) throws IOException {
            if (find.id().isEmpty()) {
                throw new IOException("no id");
            }
            return "found " + find.id();
        }

        @ToolMethod(approval = true)
        @Description("Pays back.")
        void refund(Plain plain, ToolCall call) {
            call.progress(plain.id());
        }

        @Override
        @ToolMethod
        String inherited(Plain plain) {
            return "shop";
        }

        String other(Plain plain) {
            return "not a tool";
        }
    }

    @Test
    void should_make_tools_of_annotated_methods() throws Exception {
        List<Tool<?>> tools = Tool.allOf(new Shop());

        assertThat(tools).extracting(Tool::name).containsExactly("find_order", "inherited", "refund");
        OfferedTool find = tools.get(0).offer();
        assertThat(find.description()).contains("Finds an order.");
        assertThat(find.effect()).contains(SideEffect.READ_ONLY);
        assertThat(find.timeout()).contains(Duration.ofSeconds(5));
        assertThat(tools.get(0).mostParallel()).hasValue(2);
        assertThat(tools.get(2).offer().description()).contains("Pays back.");
        assertThat(tools.get(2).offer().approval()).contains(ApprovalMode.ALWAYS);
        assertThat(run(tools.get(0), "{'id':'7'}")).isEqualTo("found 7");
        assertThatThrownBy(() -> run(tools.get(0), "{'id':''}"))
                .isInstanceOf(IOException.class)
                .hasMessage("no id");
        assertThat(run(tools.get(1), "{'id':'7'}")).isEqualTo("shop");
        assertThat(run(tools.get(2), "{'id':'7'}")).isNull();
    }

    static final class TwoTexts {
        @ToolMethod
        String bad(String one, String two) {
            return one + two;
        }
    }

    static final class BadLimit {
        @ToolMethod(within = "20s")
        String bad(Plain plain) {
            return plain.id();
        }
    }

    @Test
    void should_refuse_methods_that_cannot_be_tools() {
        assertThatThrownBy(() -> Tool.allOf(new TwoTexts())).hasMessageContaining("must have one record");
        assertThatThrownBy(() -> Tool.allOf(new BadLimit())).hasMessageContaining("PT20S, got '20s'");
        assertThatThrownBy(() -> Tool.allOf("text")).hasMessageContaining("has no method with @ToolMethod");
    }

    @Test
    void should_offer_the_same_hash_for_the_same_tools() {
        byte[] one = JsonCodec.write(Tool.of("find", Find.class, Find::id).offer());
        byte[] other = JsonCodec.write(Tool.of("find", Find.class, Find::id).offer());

        assertThat(one).isEqualTo(other);
    }
}
