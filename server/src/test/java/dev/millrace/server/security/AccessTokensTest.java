package dev.millrace.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.runner.VirtualTimers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessTokensTest {
    private static final Set<Operation> READ = EnumSet.of(Operation.READ);

    @TempDir
    Path directory;

    private final VirtualTimers clock = new VirtualTimers();

    private AccessTokens open() {
        return AccessTokens.in(directory, clock);
    }

    private static AccessTokens.Created create(AccessTokens tokens, Optional<Duration> lifetime) {
        return tokens.create(Optional.of(ProjectSlug.of("p")), StreamPath.of("/team"), READ, lifetime);
    }

    @Test
    void should_find_what_a_token_allows_and_keep_only_its_hash() throws IOException {
        AccessTokens tokens = open();
        assertThat(tokens.areRequired()).isFalse();
        assertThat(directory).isEmptyDirectory();

        AccessTokens.Created created = create(tokens, Optional.of(Duration.ofDays(30)));

        assertThat(created.token()).matches("mrt_[A-Za-z0-9_-]{43}");
        assertThat(created.grant().id()).matches("[0-9a-f]{12}");
        assertThat(created.toString()).doesNotContain(created.token());
        assertThat(tokens.areRequired()).isTrue();
        assertThat(open().find(created.token())).contains(created.grant());
        assertThat(open().list()).containsExactly(created.grant());
        assertThat(open().find(created.token() + " ")).isEmpty();
        assertThat(open().find("")).isEmpty();
        Path file = directory.resolve(AccessTokens.FILE);
        assertThat(Files.readString(file)).doesNotContain(created.token().substring(4));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void should_notice_what_another_process_changed() {
        AccessTokens server = open();
        AccessTokens command = open();

        AccessTokens.Created one = create(command, Optional.empty());
        AccessTokens.Created two = create(command, Optional.empty());
        assertThat(server.areRequired()).isTrue();
        assertThat(server.find(one.token())).isPresent();

        assertThat(command.revoke(one.grant().id())).isTrue();
        assertThat(command.revoke(one.grant().id())).isFalse();
        assertThat(server.find(one.token())).isEmpty();
        assertThat(server.holds(one.grant())).isFalse();
        assertThat(server.find(two.token())).isPresent();
        assertThat(server.holds(two.grant())).isTrue();
    }

    @Test
    void should_stay_closed_when_the_last_token_or_the_file_is_gone() throws IOException {
        AccessTokens tokens = open();
        AccessTokens.Created created = create(tokens, Optional.empty());
        assertThat(tokens.holds(Grant.EVERYTHING)).isFalse();

        tokens.revoke(created.grant().id());
        assertThat(tokens.areRequired()).isTrue();
        assertThat(open().areRequired()).isTrue();
        assertThat(open().usable()).isZero();

        Files.delete(directory.resolve(AccessTokens.FILE));
        assertThat(tokens.areRequired()).isTrue();
        assertThat(open().areRequired()).isFalse();
    }

    @Test
    void should_end_with_its_lifetime() {
        AccessTokens tokens = open();
        AccessTokens.Created created = create(tokens, Optional.of(Duration.ofHours(1)));

        clock.set(clock.now().plus(Duration.ofMinutes(59)));
        assertThat(tokens.find(created.token())).isPresent();
        assertThat(tokens.usable()).isEqualTo(1);
        clock.set(clock.now().plus(Duration.ofMinutes(1)));

        assertThat(tokens.find(created.token())).isEmpty();
        assertThat(tokens.holds(created.grant())).isFalse();
        assertThat(tokens.usable()).isZero();
        assertThat(tokens.list()).hasSize(1);
    }

    @Test
    void should_not_live_again_when_the_clock_is_set_back() {
        AccessTokens tokens = open();
        AccessTokens.Created created = create(tokens, Optional.of(Duration.ofHours(1)));
        clock.advance(Duration.ofHours(1));
        assertThat(tokens.find(created.token())).isEmpty();

        clock.set(clock.now().minus(Duration.ofMinutes(30)));

        assertThat(tokens.find(created.token())).isEmpty();
        assertThat(tokens.holds(created.grant())).isFalse();
    }

    @Test
    void should_refuse_tokens_that_allow_nothing_or_end_at_once_and_files_that_are_none() throws IOException {
        AccessTokens tokens = open();
        assertThatThrownBy(() -> tokens.create(Optional.empty(), StreamPath.root(), Set.of(), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> create(tokens, Optional.of(Duration.ZERO)))
                .isInstanceOf(IllegalArgumentException.class);

        Files.writeString(directory.resolve(AccessTokens.FILE), "{\"version\": 1}");

        assertThatThrownBy(this::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the file is no list of tokens");
        assertThatThrownBy(tokens::areRequired).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void should_reach_a_stream_and_what_is_below_it() {
        Grant grant = create(open(), Optional.empty()).grant();
        ProjectSlug project = ProjectSlug.of("p");

        assertThat(grant.covers(project, StreamPath.of("/team"))).isTrue();
        assertThat(grant.covers(project, StreamPath.of("/team/a/b"))).isTrue();
        assertThat(grant.covers(project, StreamPath.of("/teams"))).isFalse();
        assertThat(grant.covers(project, StreamPath.root())).isFalse();
        assertThat(grant.covers(ProjectSlug.of("q"), StreamPath.of("/team"))).isFalse();
        assertThat(grant.covers(project)).isFalse();
        assertThat(grant.meets(project, StreamPath.root())).isTrue();
        assertThat(grant.meets(project, StreamPath.of("/other"))).isFalse();
        assertThat(grant.allows(Operation.READ)).isTrue();
        assertThat(grant.allows(Operation.APPEND)).isFalse();
        assertThat(Grant.EVERYTHING.covers(project)).isTrue();
    }

    @Test
    void should_know_operations_by_their_words() {
        for (Operation operation : Operation.values()) {
            assertThat(Operation.of(operation.word())).isEqualTo(operation);
        }
        assertThatThrownBy(() -> Operation.of("write"))
                .hasMessageContaining("read, append, process, approve, control, deploy, admin");
    }
}
