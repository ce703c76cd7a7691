package dev.millrace.contracts;

import static dev.millrace.contracts.EventStreamsSubject.eventually;
import static dev.millrace.contracts.EventStreamsSubject.get;
import static dev.millrace.contracts.EventStreamsSubject.said;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import org.junit.jupiter.api.Test;

/** Tests of subtree subscriptions: a stream and all streams below it, over one connection. */
interface SubtreeTests extends EventStreamsSubject {
    @Test
    default void should_report_the_newest_offset_of_every_stream_of_a_subtree() {
        StreamPath top = fresh();
        given(top.resolve("./a"), 2);
        given(top.resolve("./a/b"), 1);
        RecordingSubtreeSubscriber recorder = new RecordingSubtreeSubscriber();

        try (Subscription subscription = subject().subscribeSubtree(top, recorder)) {
            eventually().until(recorder::isCaughtUp);

            assertThat(recorder.calls())
                    .containsExactly("connected", top + "=3", top + "/a=4", top + "/a/b=2", "caught up");
            assertThat(recorder.incarnation(top.resolve("./a")))
                    .isEqualTo(history(top.resolve("./a"))
                            .get(0)
                            .metadata()
                            .orElseThrow()
                            .at("/millrace/incarnation")
                            .asText());
        }
        eventually().until(recorder::hasEnded);
    }

    @Test
    default void should_follow_old_and_new_streams_of_a_subtree_in_commit_order() {
        StreamPath top = fresh();
        given(top.resolve("./a"), 1);
        RecordingSubtreeSubscriber recorder = new RecordingSubtreeSubscriber();

        try (Subscription subscription = subject().subscribeSubtree(top, recorder)) {
            eventually().until(recorder::isCaughtUp);
            append(top.resolve("./a"), said("old"));
            append(top.resolve("./new/deep"), said("new"));
            append(top.resolve("./a"), said("old again"));
            eventually().until(() -> recorder.calls().contains(top + "/a@4"));
        }

        assertThat(recorder.liveCalls())
                .containsSubsequence(top + "/a@3", top + "/new/deep@1", top + "/new/deep@2", top + "/a@4")
                .contains(top + "@3", top + "/new@1");
    }

    @Test
    default void should_report_a_destroyed_stream_before_its_next_incarnation() {
        StreamPath top = fresh();
        StreamPath child = top.resolve("./child");
        given(child, 1);
        RecordingSubtreeSubscriber recorder = new RecordingSubtreeSubscriber();

        try (Subscription subscription = subject().subscribeSubtree(top, recorder)) {
            eventually().until(recorder::isCaughtUp);
            get(subject().destroy(child, false));
            given(child, 1);
            eventually().until(() -> recorder.calls().contains(child + "@2"));
        }

        assertThat(recorder.liveCalls()).containsSubsequence(child + " destroyed", child + "@1", child + "@2");
    }

    @Test
    default void should_keep_streams_beside_a_subtree_out_of_it() {
        StreamPath top = fresh();
        StreamPath sibling = StreamPath.of(top + "-sibling");
        RecordingSubtreeSubscriber recorder = new RecordingSubtreeSubscriber();

        try (Subscription subscription = subject().subscribeSubtree(top, recorder)) {
            eventually().until(recorder::isCaughtUp);
            given(sibling, 1);
            given(top, 1);
            eventually().until(() -> recorder.calls().contains(top + "@2"));
        }

        assertThat(recorder.liveCalls()).containsExactly(top + "@2");
    }

    @Test
    default void should_end_a_subtree_whose_subscriber_throws() {
        StreamPath top = fresh();
        IllegalStateException thrown = new IllegalStateException("enough");
        RecordingSubtreeSubscriber recorder = new RecordingSubtreeSubscriber(event -> {
            throw thrown;
        });

        try (Subscription subscription = subject().subscribeSubtree(top, recorder)) {
            eventually().until(recorder::isCaughtUp);
            given(top, 1);
            eventually().until(recorder::hasEnded);
        }

        assertThat(recorder.failure()).isSameAs(thrown);
    }
}
