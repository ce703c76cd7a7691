package dev.millrace.client.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.Clerk;
import dev.millrace.client.Parcel;
import dev.millrace.client.Sample;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.VirtualTimers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The answers to single deliveries, and their effects. */
class PushReceiverTest {
    private static final String SHOP = "/shop";

    private final Clerk clerk = new Clerk();
    private final VirtualTimers time = new VirtualTimers(Sample.NOON);
    private final List<PushReceiver<Long>> receivers = new ArrayList<>();
    private PushStage stage;

    @BeforeEach
    void start() throws Exception {
        stage = new PushStage();
    }

    @AfterEach
    void stop() {
        receivers.forEach(receiver -> receiver.stop(Duration.ofSeconds(1)));
        stage.close();
    }

    private PushReceiver<Long> receiver(UnaryOperator<PushReceiver.Builder<Long>> more) {
        PushReceiver<Long> receiver = more.apply(PushReceiver.builder(stage.streams(), clerk)
                        .secret(PushStage.SECRET)
                        .answerWithin(Sample.PATIENCE)
                        .timers(time))
                .build();
        receivers.add(receiver);
        return receiver;
    }

    private PushReceiver<Long> receiver() {
        return receiver(builder -> builder);
    }

    private Parcel parcel(String path, long offset) throws Exception {
        return Parcel.of(stage.event(path, offset), PushStage.SECRET, time.now())
                .with("millrace-incarnation", incarnation(path));
    }

    private String incarnation(String path) throws Exception {
        return stage.events(path)
                .get(0)
                .metadata()
                .orElseThrow()
                .path("millrace")
                .path("incarnation")
                .asText();
    }

    // ---- signatures

    @Test
    void should_take_nothing_that_is_not_signed_now_with_the_secret() throws Exception {
        Event event = stage.event(SHOP, stage.order(SHOP, 1));
        Parcel good = Parcel.of(event, PushStage.SECRET, time.now());
        PushReceiver<Long> receiver = receiver();

        assertThat(List.of(
                        good.without("webhook-id"),
                        good.without("webhook-timestamp"),
                        good.without("webhook-signature"),
                        good.with("webhook-signature", " "),
                        good.with("webhook-signature", "v1,"),
                        good.with("webhook-signature", "v2" + good.header("webhook-signature")),
                        good.with("webhook-id", "msg_2"),
                        good.with("webhook-timestamp", Long.toString(Sample.NOON.getEpochSecond() + 1)),
                        good.with("webhook-timestamp", "9".repeat(30)),
                        good.withBody(new String(good.body(), java.nio.charset.StandardCharsets.UTF_8) + " "),
                        Parcel.of(event, "another secret", time.now()),
                        Parcel.of(event, PushStage.SECRET, time.now().minusSeconds(301)),
                        Parcel.of(event, PushStage.SECRET, time.now().plusSeconds(301))))
                .allSatisfy(bad -> assertThat(bad.to(receiver).status()).isEqualTo(401));
        assertThat(receiver.openStreams()).isZero();
        assertThat(clerk.acted(SHOP)).isEmpty();
    }

    @Test
    void should_take_what_is_signed_with_any_of_its_secrets_within_the_tolerance() throws Exception {
        String encoded =
                "whsec_" + Base64.getEncoder().encodeToString("new".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        PushReceiver<Long> receiver = receiver(builder -> builder.secret(encoded));
        Event event = stage.event(SHOP, stage.order(SHOP, 1));
        Instant earlier = time.now().minusSeconds(300);
        Parcel renewed = Parcel.of(event, "new", earlier);

        assertThat(renewed.to(receiver).isAccepted()).isTrue();
        assertThat(Parcel.of(event, PushStage.SECRET, time.now().plusSeconds(300))
                        .to(receiver)
                        .isAccepted())
                .isTrue();
        assertThat(renewed.with("webhook-signature", "v1,bm8= " + renewed.header("webhook-signature"))
                        .to(receiver)
                        .isAccepted())
                .isTrue();
        assertThat(clerk.acted(SHOP)).containsExactly(1);
    }

    @Test
    void should_say_what_is_wrong_with_a_body_that_is_no_event() {
        PushReceiver<Long> receiver = receiver(builder -> builder.maxBody(100));
        Instant now = time.now();

        PushResponse transformed = Parcel.signed(
                        PushStage.SECRET, now, "{\"text\":\"hi\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .to(receiver);
        assertThat(transformed.status()).isEqualTo(400);
        assertThat(transformed.body()).contains("streamPath").contains("jsonataTransform");
        assertThat(Parcel.signed(PushStage.SECRET, now, new byte[101])
                        .to(receiver)
                        .status())
                .isEqualTo(413);
    }

    @Test
    void should_refuse_settings_that_cannot_work() {
        assertThatThrownBy(() -> PushReceiver.builder(stage.streams(), clerk).build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("secret");
        assertThatThrownBy(() -> receiver(builder -> builder.secret("whsec_%%%")))
                .hasMessageContaining("base64")
                .hasMessageNotContaining("%%%");
        assertThatThrownBy(() -> receiver(builder -> builder.effectsFrom(EffectStartPolicy.LIVE)))
                .hasMessageContaining("LIVE");
        assertThatThrownBy(() -> receiver(builder -> builder.answerWithin(Duration.ZERO)))
                .hasMessageContaining("answerWithin");
        assertThatThrownBy(() -> receiver(builder -> builder.maxStreams(0))).hasMessageContaining("maxStreams");
    }

    // ---- the time of the answer

    @Test
    void should_ask_for_another_try_until_the_effect_is_done_and_do_it_once() throws Exception {
        CompletableFuture<Void> work = new CompletableFuture<>();
        clerk.working(n -> work);
        PushReceiver<Long> receiver = receiver(builder -> builder.answerWithin(Duration.ofMillis(300)));
        Parcel parcel = parcel(SHOP, stage.order(SHOP, 1));

        PushResponse early = parcel.to(receiver);
        assertThat(early.status()).isEqualTo(503);
        PushStage.await(() -> {
            parcel.to(receiver);
            return !clerk.acted(SHOP).isEmpty();
        });
        assertThat(stage.receipts(SHOP)).isEmpty();

        work.complete(null);
        PushStage.await(() -> parcel.to(receiver).isAccepted());
        assertThat(stage.receipts(SHOP)).containsExactly(1);
        assertThat(clerk.acted(SHOP)).containsExactly(1);
    }

    @Test
    void should_fill_the_gap_before_a_delivery_and_ignore_what_comes_late() throws Exception {
        PushReceiver<Long> receiver = receiver();
        List<Parcel> parcels = new ArrayList<>();
        for (int n = 1; n <= 4; n++) {
            parcels.add(parcel(SHOP, stage.order(SHOP, n)));
        }
        assertThat(parcels.get(0).to(receiver).isAccepted()).isTrue();
        for (int n : List.of(3, 1, 2, 0, 3)) {
            assertThat(parcels.get(n).to(receiver).isAccepted()).isTrue();
        }
        assertThat(clerk.acted(SHOP)).containsExactly(1, 2, 3, 4);
        assertThat(stage.receipts(SHOP)).containsExactly(1, 2, 3, 4);
    }

    @Test
    void should_act_once_on_deliveries_that_come_at_the_same_time() throws Exception {
        PushReceiver<Long> receiver = receiver();
        Parcel parcel = parcel(SHOP, stage.order(SHOP, 1));
        List<CompletableFuture<PushResponse>> answers = new ArrayList<>();
        for (int copy = 0; copy < 8; copy++) {
            answers.add(CompletableFuture.supplyAsync(() -> parcel.to(receiver), Runnable::run));
            answers.add(CompletableFuture.supplyAsync(() -> parcel.to(receiver)));
        }
        for (CompletableFuture<PushResponse> answer : answers) {
            assertThat(PushStage.get(answer).isAccepted()).isTrue();
        }
        assertThat(clerk.acted(SHOP)).containsExactly(1);
    }

    @Test
    void should_act_on_history_only_when_told_to() throws Exception {
        stage.order(SHOP, 1);
        long second = stage.order(SHOP, 2);
        assertThat(parcel(SHOP, second).to(receiver()).isAccepted()).isTrue();
        assertThat(clerk.acted(SHOP)).containsExactly(2);

        String other = "/other";
        stage.order(other, 1);
        long last = stage.order(other, 2);
        PushReceiver<Long> all = receiver(builder -> builder.effectsFrom(EffectStartPolicy.BEGINNING));
        assertThat(parcel(other, last).to(all).isAccepted()).isTrue();
        assertThat(clerk.acted(other)).containsExactly(1, 2);
    }

    @Test
    void should_not_accept_what_a_halted_processor_cannot_take() throws Exception {
        PushReceiver<Long> receiver = receiver();
        PushResponse answer = parcel(SHOP, stage.append(SHOP, "poison", "{}")).to(receiver);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).contains("poison");
        assertThat(parcel(SHOP, stage.order(SHOP, 1)).to(receiver).status()).isEqualTo(503);
        assertThat(stage.events(SHOP))
                .filteredOn(event -> BuiltInType.PROCESSOR_HALTED.matches(event.type()))
                .hasSize(1);
    }

    // ---- another incarnation of the stream

    @Test
    void should_begin_anew_with_a_stream_that_was_destroyed() throws Exception {
        PushReceiver<Long> receiver = receiver();
        stage.order(SHOP, 1);
        stage.order(SHOP, 2);
        Parcel old = parcel(SHOP, stage.order(SHOP, 3));
        assertThat(old.to(receiver).isAccepted()).isTrue();

        PushStage.get(stage.streams().destroy(StreamPath.of(SHOP), false));
        Parcel next = parcel(SHOP, stage.order(SHOP, 10));
        assertThat(next.to(receiver).isAccepted()).isTrue();
        assertThat(old.to(receiver).body()).contains("earlier incarnation");
        assertThat(parcel(SHOP, stage.order(SHOP, 11)).to(receiver).isAccepted())
                .isTrue();

        assertThat(clerk.acted(SHOP)).containsExactly(3, 10, 11);
        assertThat(stage.receipts(SHOP)).containsExactly(10, 11);
    }

    @Test
    void should_notice_another_life_although_the_sender_does_not_say() throws Exception {
        PushReceiver<Long> receiver = receiver();
        stage.order(SHOP, 1);
        assertThat(parcel(SHOP, stage.order(SHOP, 2))
                        .without("millrace-incarnation")
                        .to(receiver)
                        .isAccepted())
                .isTrue();
        PushStage.get(stage.streams().destroy(StreamPath.of(SHOP), false));

        assertThat(parcel(SHOP, stage.order(SHOP, 9))
                        .without("millrace-incarnation")
                        .to(receiver)
                        .isAccepted())
                .isTrue();
        assertThat(clerk.acted(SHOP)).containsExactly(2, 9);
    }

    // ---- memory

    @Test
    void should_let_go_of_idle_streams_and_know_their_progress_when_they_come_back() throws Exception {
        PushReceiver<Long> receiver = receiver(builder -> builder.idleAfter(Duration.ofMinutes(1)));
        Parcel first = parcel(SHOP, stage.order(SHOP, 1));
        assertThat(first.to(receiver).isAccepted()).isTrue();
        PushStage.await(() -> {
            time.advance(Duration.ofSeconds(61));
            return receiver.openStreams() == 0;
        });

        Instant now = time.now();
        stage.order(SHOP, 2); // the filter does not send it
        Event third = stage.event(SHOP, stage.order(SHOP, 3));
        assertThat(Parcel.of(third, PushStage.SECRET, now).to(receiver).isAccepted())
                .isTrue();
        assertThat(clerk.acted(SHOP)).containsExactly(1, 2, 3);
    }

    @Test
    void should_hold_no_more_streams_than_it_may() throws Exception {
        PushReceiver<Long> receiver = receiver(builder -> builder.maxStreams(2));
        for (int shop = 0; shop < 10; shop++) {
            String path = "/shops/" + shop;
            Parcel parcel = parcel(path, stage.order(path, shop));
            PushStage.await(() -> parcel.to(receiver).isAccepted());
            assertThat(receiver.openStreams()).isLessThanOrEqualTo(2);
        }
        for (int shop = 0; shop < 10; shop++) {
            assertThat(clerk.acted("/shops/" + shop)).containsExactly(shop);
        }
    }

    @Test
    void should_ask_for_another_try_while_every_stream_it_may_hold_is_busy() throws Exception {
        CompletableFuture<Void> work = new CompletableFuture<>();
        clerk.working(n -> n == 1 ? work : CompletableFuture.completedFuture(null));
        PushReceiver<Long> receiver = receiver(builder -> builder.maxStreams(1));
        Parcel busy = parcel(SHOP, stage.order(SHOP, 1));
        CompletableFuture<PushResponse> waiting = CompletableFuture.supplyAsync(() -> busy.to(receiver));
        PushStage.await(() -> !clerk.acted(SHOP).isEmpty());
        Parcel other = parcel("/other", stage.order("/other", 2));

        PushResponse refused = other.to(receiver);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).contains("busy");

        work.complete(null);
        assertThat(PushStage.get(waiting).isAccepted()).isTrue();
        PushStage.await(() -> other.to(receiver).isAccepted());
        assertThat(clerk.acted("/other")).containsExactly(2);
    }

    @Test
    void should_ask_for_another_try_once_it_is_closed() throws Exception {
        PushReceiver<Long> receiver = receiver();
        Parcel parcel = parcel(SHOP, stage.order(SHOP, 1));
        receiver.close();

        assertThat(parcel.to(receiver).status()).isEqualTo(503);
        assertThat(clerk.acted(SHOP)).isEmpty();
    }
}
