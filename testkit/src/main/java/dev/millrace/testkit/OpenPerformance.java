package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Processor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Plays a script in a harness, where nobody has to wait for attempts that do not end: each step goes as far as it goes.
 *
 * @param <S> the state
 */
final class OpenPerformance<S> {
    private final Processor<S> processor;
    private final Script script;
    private final Launches launches;

    OpenPerformance(Processor<S> processor, Script script, Launches launches) {
        this.processor = processor;
        this.script = script;
        this.launches = launches;
    }

    Outcome<S> play() {
        try (StreamHarness harness = StreamHarness.builder(processor).stream(
                        script.path().toString())
                .given(RecordedLog.of(script.given()))
                .start()) {
            for (Script.Step step : script.steps()) {
                harness.advance(step.elapsed());
                step.inputs().forEach(harness::play);
            }
            launches.end();
            Map<StreamPath, List<Event>> appended = new LinkedHashMap<>();
            for (StreamPath path : harness.paths()) {
                List<Event> own = harness.appendedBy(processor, path);
                if (!own.isEmpty()) {
                    appended.put(path, own);
                }
            }
            List<Event> log = harness.log().stream()
                    .map(event -> event.decodedBy(processor.events()))
                    .toList();
            return new Outcome<>(log, appended, harness.state(processor), harness.status(processor));
        }
    }
}
