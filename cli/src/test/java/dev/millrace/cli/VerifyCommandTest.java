package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.StreamEngine;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {
    private static final ProjectSlug PROJECT = ProjectSlug.of("shop");

    @TempDir
    Path parent;

    private Path data = Path.of("");

    @BeforeEach
    void fill() throws Exception {
        data = parent.resolve("data");
        try (StreamEngine engine =
                StreamEngine.builder(SqliteEventStore.open(data)).start()) {
            for (ProjectSlug project : new ProjectSlug[] {ProjectSlug.defaultProject(), PROJECT}) {
                engine.streams(project)
                        .append(StreamPath.of("/orders"), EventInput.ofType("ordered"))
                        .get(30, TimeUnit.SECONDS);
            }
        }
    }

    private Screen run(int code, String... options) {
        String[] arguments = new String[options.length + 3];
        System.arraycopy(options, 0, arguments, 3, options.length);
        arguments[0] = "verify";
        arguments[1] = "--data";
        arguments[2] = data.toString();
        Screen screen = Screen.pipe();
        assertThat(screen.run(arguments)).as(screen.out() + screen.err()).isEqualTo(code);
        return screen;
    }

    private void change(String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("millrace.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void should_say_that_nothing_is_damaged() {
        Screen screen = run(0);

        assertThat(screen.out())
                .matches("verified \\Q" + data + "\\E: \\d+ events of 4 streams; nothing is damaged\\R");
        assertThat(screen.err()).isEmpty();
        JsonNode json = JsonCodec.parse(run(0, "--json").out());
        assertThat(json.path("sound").asBoolean()).isTrue();
        assertThat(json.path("checksums").asBoolean()).isTrue();
        assertThat(json.path("damaged")).isEmpty();
    }

    @Test
    void should_name_what_is_damaged() throws Exception {
        change("UPDATE events SET body = zeroblob(9) WHERE type = 'ordered'");
        change("UPDATE streams SET last_created_at = 1 WHERE path = '/'");

        assertThat(run(1).out())
                .contains(
                        "damaged: /orders@2 ordered",
                        "damaged: shop:/orders@2 ordered",
                        "damaged: public:/: its time is not that of its last event",
                        "damaged events: 2, other faults: 2");
        JsonNode json = JsonCodec.parse(run(1, "--json").out());
        assertThat(json.path("sound").asBoolean()).isFalse();
        assertThat(json.path("damagedEvents").asLong()).isEqualTo(2);
        assertThat(json.path("damaged").path(1))
                .isEqualTo(JsonCodec.parse("{\"projectSlug\":\"shop\",\"streamPath\":\"/orders\",\"offset\":2,"
                        + "\"position\":" + json.path("damaged").path(1).path("position") + ",\"type\":\"ordered\"}"));
        assertThat(json.path("faults")).hasSize(2);
    }

    @Test
    void should_check_a_backup_and_not_a_running_server() throws Exception {
        change("UPDATE events SET body = zeroblob(9) WHERE type = 'ordered'");
        Path backup = parent.resolve("backup");
        try (SqliteEventStore store = SqliteEventStore.open(data)) {
            assertThat(run(1).err())
                    .contains("cannot open the event store: " + store.directory())
                    .hasLineCount(1);
        }
        Screen backUp = Screen.pipe();
        assertThat(backUp.run("backup", backup.toString(), "--data", data.toString()))
                .isZero();
        assertThat(backUp.err())
                .contains(
                        "damaged events in the backup, as in the data directory: 2",
                        "millrace verify --data " + backup);
        data = backup;

        assertThat(run(1).out()).contains("damaged: /orders@2 ordered");
        data = parent.resolve("none");
        assertThat(run(1).err()).contains("cannot verify: " + data).hasLineCount(1);
    }
}
