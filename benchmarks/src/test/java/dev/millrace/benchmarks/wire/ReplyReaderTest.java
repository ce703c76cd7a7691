package dev.millrace.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyReaderTest {
    private static final String WITH_LENGTH = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final String IN_CHUNKS =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
    private static final String EMPTY = "HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n";
    private static final String EMPTY_WITH_LENGTH = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

    private final StringBuilder body = new StringBuilder();

    private HttpReplyReader http() {
        return new HttpReplyReader(part -> body.append(StandardCharsets.UTF_8.decode(part)));
    }

    /** How many replies are complete if the bytes arrive in parts of this size. */
    private static int replies(ReplyReader reader, String text, int size) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int complete = 0;
        for (int begin = 0; begin < bytes.length; begin += size) {
            ByteBuffer part = ByteBuffer.wrap(bytes, begin, Math.min(size, bytes.length - begin));
            while (reader.read(part)) {
                complete++;
            }
            assertThat(part.hasRemaining()).isFalse();
        }
        return complete;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 50, 1000})
    void should_read_http_replies_in_parts_of_any_size(int size) throws IOException {
        assertThat(replies(http(), WITH_LENGTH + IN_CHUNKS + EMPTY + EMPTY_WITH_LENGTH + WITH_LENGTH, size))
                .isEqualTo(5);
        assertThat(body).hasToString("hello".repeat(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {WITH_LENGTH, IN_CHUNKS})
    void should_not_count_a_reply_before_its_last_byte(String reply) throws IOException {
        assertThat(replies(http(), reply.substring(0, reply.length() - 1), 1000))
                .isZero();
    }

    @Test
    void should_say_how_a_server_refused() {
        assertThatThrownBy(() ->
                        replies(http(), "HTTP/1.1 412 Precondition Failed\r\nContent-Length: 6\r\n\r\npaused", 1000))
                .isInstanceOf(IOException.class)
                .hasMessage("refused: HTTP/1.1 412 Precondition Failed: paused");
        assertThatThrownBy(() -> replies(new RedisReplyReader(1), "-ERR unknown command\r\n", 1000))
                .isInstanceOf(IOException.class)
                .hasMessage("refused: -ERR unknown command");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void should_read_redis_replies_in_parts_of_any_size(int size) throws IOException {
        List<String> texts = new ArrayList<>();
        RedisReplyReader reader = new RedisReplyReader(1, text -> texts.add(RedisReplyReader.text(text)));
        String read = "*1\r\n*2\r\n$3\r\nkey\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\ne\r\n$4\r\na\r\nb\r\n";
        assertThat(replies(reader, "$3\r\n1-0\r\n+OK\r\n:7\r\n$-1\r\n$0\r\n\r\n*0\r\n" + read, size))
                .isEqualTo(7);
        assertThat(texts).containsExactly("1-0", "", "key", "1-0", "e", "a\r\nb");
    }

    @Test
    void should_read_as_many_redis_replies_as_commands() throws IOException {
        assertThat(replies(new RedisReplyReader(3), "$3\r\n1-0\r\n$3\r\n1-1\r\n", 1000))
                .isZero();
        assertThat(replies(new RedisReplyReader(3), "$3\r\n1-0\r\n".repeat(6), 1000))
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 1000})
    void should_find_marks_in_parts_of_any_size(int size) {
        List<Long> marks = new ArrayList<>();
        MarkScanner scanner = new MarkScanner(marks::add);
        byte[] bytes = "#1# ##0000000007#, \"#0000000123#\" #00000000001# #000000000x# #0000000009#"
                .getBytes(StandardCharsets.US_ASCII);
        for (int begin = 0; begin < bytes.length; begin += size) {
            scanner.scan(ByteBuffer.wrap(bytes, begin, Math.min(size, bytes.length - begin)));
        }
        assertThat(marks).containsExactly(7L, 123L, 9L);
    }
}
