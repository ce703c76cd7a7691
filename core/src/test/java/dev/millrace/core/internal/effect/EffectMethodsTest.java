package dev.millrace.core.internal.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.processor.BlockingEffects;
import dev.millrace.core.processor.BlockingProcessor;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.ForwardingProcessor;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.processor.ProcessorBuilder;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class EffectMethodsTest {
    private interface Plain extends Processor<Integer> {
        @Override
        default String slug() {
            return "plain";
        }

        @Override
        default Integer initialState() {
            return 0;
        }

        @Override
        default Integer reduce(Integer state, Event event) {
            return state;
        }
    }

    private record Silent() implements Plain {}

    private record Acting() implements Plain {
        @Override
        public CompletionStage<Void> afterAppend(Integer state, Event event, Effects<Integer> effects) {
            return Effects.none();
        }
    }

    private record Reconciling() implements Plain {
        @Override
        public CompletionStage<Void> afterAppend(Integer state, Event event, Effects<Integer> effects) {
            return Effects.none();
        }

        @Override
        public CompletionStage<Void> onCaughtUp(Integer state, Effects<Integer> effects) {
            return Effects.none();
        }
    }

    private record Blocking() implements Plain, BlockingProcessor<Integer> {
        @Override
        public void act(Integer state, Event event, BlockingEffects<Integer> effects) {}
    }

    private record BlockingReconciling() implements Plain, BlockingProcessor<Integer> {
        @Override
        public void act(Integer state, Event event, BlockingEffects<Integer> effects) {}

        @Override
        public void actCaughtUp(Integer state, BlockingEffects<Integer> effects) {}
    }

    private record SilentBlocking() implements Plain, BlockingProcessor<Integer> {}

    private record Forwarding(Processor<Integer> delegate) implements ForwardingProcessor<Integer> {}

    @Test
    void should_need_progress_if_only_events_cause_effects() {
        assertThat(EffectMethods.needProgress(new Acting())).isTrue();
        assertThat(EffectMethods.needProgress(new Blocking())).isTrue();
        assertThat(EffectMethods.needProgress(new Forwarding(new Blocking()))).isTrue();
        assertThat(EffectMethods.needProgress(new Forwarding(new Forwarding(new Acting()))))
                .isTrue();
        assertThat(EffectMethods.needProgress(built().build())).isTrue();
    }

    @Test
    void should_need_none_without_effects_or_if_the_state_decides() {
        assertThat(EffectMethods.needProgress(new Silent())).isFalse();
        assertThat(EffectMethods.needProgress(new SilentBlocking())).isFalse();
        assertThat(EffectMethods.needProgress(new Reconciling())).isFalse();
        assertThat(EffectMethods.needProgress(new BlockingReconciling())).isFalse();
        assertThat(EffectMethods.needProgress(new Forwarding(new Reconciling())))
                .isFalse();
        assertThat(EffectMethods.needProgress(
                        built().onCaughtUp((state, effects) -> Effects.none()).build()))
                .isFalse();
        assertThat(EffectMethods.needProgress(Processor.builder("silent", 0).build()))
                .isFalse();
    }

    private static ProcessorBuilder<Integer> built() {
        return Processor.builder("acting", 0).afterEvent((state, event, effects) -> Effects.none());
    }
}
