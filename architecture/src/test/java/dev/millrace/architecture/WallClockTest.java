package dev.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitReference;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.runner.Timers;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The clock of a machine can be set backwards. So a class reads it only for a time that is written down, sent, or
 * compared with such a time, and is named here with the reason. How long something takes is measured with {@code
 * Timers.elapsed()}.
 */
@AnalyzeClasses(packages = "dev.millrace", importOptions = DoNotIncludeTests.class)
class WallClockTest {
    /** Every source of the time on the clock. */
    private static final Map<String, Set<String>> CLOCKS = Map.of(
            "java.time.Instant", Set.of("now"),
            "java.time.LocalDate", Set.of("now"),
            "java.time.LocalDateTime", Set.of("now"),
            "java.time.OffsetDateTime", Set.of("now"),
            "java.time.ZonedDateTime", Set.of("now"),
            "java.lang.System", Set.of("currentTimeMillis"));

    private static final Map<String, String> READERS = new TreeMap<>(Map.ofEntries(
            Map.entry("core.internal.run.SystemTimers", "it is the clock"),
            Map.entry("core.internal.run.DueTimer", "waits for a time; elapsed time is its upper bound"),
            Map.entry("core.internal.run.ProcessorRun", "the age of an event, from its createdAt"),
            Map.entry("core.internal.effect.RunningTasks", "the expiry of a task, which is in the log"),
            Map.entry("core.processor.ObligationRunner", "the expiry of an obligation, which is in the log"),
            Map.entry("core.processor.WaitWindowRunner", "the end of a window, from the createdAt of its event"),
            Map.entry("engine.internal.append.EventClock", "writes createdAt"),
            Map.entry("client.internal.tail.HttpStreamTail", "stands for the time of a service that sends none"),
            Map.entry("client.internal.tail.HttpSubtreeTail", "stands for the time of a service that sends none"),
            Map.entry("client.internal.tail.ReconnectingTail", "compares a Retry-After that is a date"),
            Map.entry("client.push.PushReceiver", "compares the time in a signature"),
            Map.entry("server.internal.routes.LiveReadResponse", "sends Millrace-Time"),
            Map.entry("server.internal.routes.ReadRoute", "sends Millrace-Time"),
            Map.entry("server.security.AccessTokens", "the expiry of a token, which is in a file"),
            Map.entry("server.security.Vault", "writes when a secret was set"),
            Map.entry("contracts.wire.WireChecks", "compares the createdAt of a service"),
            Map.entry("processors.agent.AgentProcessor", "the age of a request, from the createdAt of its events"),
            Map.entry("processors.agent.RunningRequest", "writes when a request may be repeated"),
            Map.entry(
                    "processors.agent.tool.CallAttempt", "the last start of a call, from the createdAt of its request"),
            Map.entry("processors.agent.tool.RunningCall", "tells a tool its deadline"),
            Map.entry("processors.agent.http.ModelHttpClient", "compares a Retry-After that is a date"),
            Map.entry("processors.circuitbreaker.CircuitBreaker", "the age of a trip, from the createdAt of its event"),
            Map.entry("processors.scheduler.RunDueTime", "compares the time of a run, which is in the log"),
            Map.entry("processors.scheduler.ScheduleTimer", "compares the time of a run, which is in the log"),
            Map.entry("processors.scheduler.ScheduledRunExecutor", "writes when a run started and is next due"),
            Map.entry("processors.script.internal.sandbox.GuestCall", "the clock of a script"),
            Map.entry("processors.webhook.PushDelivery", "writes when the next attempt is due, and reads it again"),
            Map.entry(
                    "processors.webhook.internal.send.HttpMessageSender",
                    "signs the time, and compares a Retry-After that is a date"),
            Map.entry("server.internal.routes.WebhookRoute", "the minute in the key of a handshake"),
            Map.entry(
                    "server.internal.webhook.WebhookVerifier",
                    "compares the time in a signature, and writes when it was checked"),
            Map.entry("testkit.fixture.RunnerScriptRunner", "shows effects the clock of the test"),
            Map.entry("testkit.harness.StreamHarness", "advances a test's clock to a time"),
            Map.entry("testkit.internal.purity.ForkedJvmCommand", "looks for a zone in which it is another day"),
            Map.entry("testkit.internal.purity.PurityChecker", "waits until the clock shows another time"),
            Map.entry("cli.internal.client.RecordCommand", "writes when a recording was made"),
            Map.entry("cli.internal.service.TokenListCommand", "the expiry of a token, which is in a file"),
            Map.entry("cli.internal.webhook.WebhookVerifyCommand", "compares the time in a signature")));

    @ArchTest
    static void should_read_the_clock_only_for_a_time_that_is_written_or_sent(JavaClasses all) {
        Map<String, Set<String>> readers = new TreeMap<>();
        all.stream()
                .filter(WallClockTest::isChecked)
                .forEach(type -> clockReads(type)
                        .forEach(read -> readers.computeIfAbsent(name(type), name -> new TreeSet<>())
                                .add(read)));

        assertThat(readers.keySet())
                .as(
                        "the classes that read the clock, and where: %s. Measure with Timers.elapsed(), or give the"
                                + " reason in WallClockTest",
                        readers)
                .containsExactlyElementsOf(READERS.keySet());
    }

    private static boolean isChecked(JavaClass type) {
        boolean passesOn = type.isAssignableTo(Timers.class) || type.isAssignableTo(Effects.class);
        Set<Module> unchecked = Set.of(Module.BENCHMARKS, Module.EXAMPLES);
        return (!passesOn || name(type).endsWith("SystemTimers"))
                && Module.of(type).filter(module -> !unchecked.contains(module)).isPresent();
    }

    /** The name of the top-level type, without the name of the project. */
    private static String name(JavaClass type) {
        return type.getName().replaceFirst("\\$.*", "").replaceFirst("^dev\\.millrace\\.", "");
    }

    private static Stream<String> clockReads(JavaClass type) {
        Stream<JavaAccess<?>> calls = type.getAccessesFromSelf().stream().map(access -> (JavaAccess<?>) access);
        Stream<JavaCodeUnitReference<?>> references = Stream.concat(
                type.getMethodReferencesFromSelf().stream(), type.getConstructorReferencesFromSelf().stream());
        return Stream.concat(calls, references)
                .filter(access -> isClock(access.getTarget()))
                .map(JavaAccess::getDescription);
    }

    private static boolean isClock(AccessTarget target) {
        JavaClass owner = target.getOwner();
        boolean ours = owner.isAssignableTo(Timers.class) || owner.isAssignableTo(Effects.class);
        boolean isClock = owner.isAssignableTo(Clock.class);
        return (ours && target.getName().equals("now"))
                || (isClock && Set.of("instant", "millis").contains(target.getName()))
                || CLOCKS.getOrDefault(owner.getName(), Set.of()).contains(target.getName());
    }
}
