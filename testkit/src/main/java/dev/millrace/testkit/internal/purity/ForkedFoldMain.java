package dev.millrace.testkit.internal.purity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.processor.Processor;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The main class of the second JVM: it reduces logs, one after the other, until the end of its input. It reads requests
 * from standard input and writes responses to standard output; output of a reducer goes to the error output.
 */
final class ForkedFoldMain {
    /** Response code: the states follow. */
    static final int STATES = 1;
    /** Response code: the exception follows. */
    static final int FAILED = 2;

    private ForkedFoldMain() {}

    /** First writes {@link #orderOfSets} of this JVM. */
    public static void main(String[] arguments) throws IOException {
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));
        System.setOut(System.err);
        out.writeByte(orderOfSets());
        out.flush();
        DataInputStream in = new DataInputStream(System.in);
        while (true) {
            byte[] image;
            try {
                image = readBytes(in);
            } catch (EOFException e) {
                return;
            }
            byte[] events = readBytes(in);
            int[] sample = new int[in.readInt()];
            for (int i = 0; i < sample.length; i++) {
                sample[i] = in.readInt();
            }
            answer(out, image, events, sample);
            out.flush();
        }
    }

    /** The first element of a {@code Set.of} with two elements; about half of all JVMs have the same one. */
    static int orderOfSets() {
        return Set.of("a", "b").iterator().next().charAt(0);
    }

    static byte[] readBytes(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return bytes;
    }

    static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static void answer(DataOutputStream out, byte[] image, byte[] events, int[] sample) throws IOException {
        byte[] states;
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(image))) {
            Processor<?> processor = Objects.requireNonNull((Processor<?>)
                    new ProcessorImageReader().read((ProcessorImage.Node) in.readObject(), Processor.class));
            states = JsonCodec.write(fold(processor, JsonCodec.parse(events), sample));
        } catch (ReflectiveOperationException | RuntimeException | LinkageError | StackOverflowError e) {
            out.writeByte(FAILED);
            writeBytes(out, String.valueOf(e).getBytes(StandardCharsets.UTF_8));
            return;
        }
        out.writeByte(STATES);
        writeBytes(out, states);
    }

    private static <S> ArrayNode fold(Processor<S> processor, JsonNode log, int[] sample) {
        List<Event> events = new ArrayList<>();
        log.forEach(event -> events.add(JsonCodec.toEvent(event).decodedBy(processor.events())));
        ArrayNode states = JsonNodeFactory.instance.arrayNode();
        S state = processor.initialState();
        int next = 0;
        for (int folded = 0; folded <= events.size(); folded++) {
            if (folded > 0) {
                state = processor.reduce(state, events.get(folded - 1));
            }
            if (next < sample.length && sample[next] == folded) {
                states.add(JsonCodec.toTree(state).deepCopy());
                next++;
            }
        }
        return states;
    }
}
