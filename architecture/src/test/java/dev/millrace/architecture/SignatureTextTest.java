package dev.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Serializable;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Signatures read the same on every JDK. */
@Tag("jdk")
@SuppressWarnings({"unused", "UnusedMethod", "UnusedVariable"})
class SignatureTextTest {
    private static final String HERE = SignatureTextTest.class.getSimpleName() + ".";

    @Test
    void should_write_type_variables_wildcards_nullness_and_exceptions() {
        assertThat(lines(Generic.class))
                .containsExactly(
                        "public abstract static class Generic<T extends @Nullable Object, E extends Exception>"
                                + " implements Comparable<Generic<T, E>>",
                        "    public static final int SIZE",
                        "    protected @Nullable T value",
                        "    protected Generic(T, @Nullable String @Nullable [])",
                        "    public static void all(Object...)",
                        "    public final int compareTo(Generic<T, E>)",
                        "    public abstract <K extends Number & Serializable> @Nullable Map.Entry<K, T[]> find("
                                + "List<? extends @Nullable T>, List<? super K>, List<?>) throws E, IOException");
    }

    @Test
    void should_write_the_header_of_a_record_instead_of_what_the_compiler_derives() {
        assertThat(lines(Point.class))
                .containsExactly(
                        "public record Point(int x, @Nullable Integer y) implements Shape",
                        "    public Point(int)",
                        "    public int area()");
    }

    @Test
    void should_leave_the_derived_methods_of_an_enum_away() {
        assertThat(lines(Colour.class))
                .containsExactly(
                        "public enum Colour implements Shape",
                        "    public static final Colour GREEN",
                        "    public static final Colour RED",
                        "    public int area()");
    }

    @Test
    void should_name_the_permitted_types_that_users_can_name() {
        assertThat(lines(Shape.class))
                .containsExactly(
                        "public sealed interface Shape permits Colour, Point",
                        "    public int area()",
                        "    public default int twice()");
    }

    @Test
    void should_list_what_comes_from_a_type_that_users_cannot_name() {
        assertThat(lines(Leaf.class))
                .containsExactly(
                        "public static final class Leaf extends Thread implements Serializable",
                        "    public int inherited",
                        "    public Leaf()",
                        "    public void grow()");
    }

    @Test
    void should_say_which_members_of_an_annotation_have_a_default() {
        assertThat(lines(Marked.class))
                .containsExactly(
                        "public @interface Marked", "    public Class<?> type() default", "    public String value()");
    }

    @Test
    void should_leave_out_types_that_users_cannot_name() {
        assertThat(ApiSignatures.of(List.of(Hidden.class, Branch.class), SignatureTextTest::isPublic))
                .isEmpty();
    }

    private List<String> lines(Class<?> type) {
        return ApiSignatures.of(List.of(type), SignatureTextTest::isPublic)
                .map(line -> line.replace(getClass().getPackageName() + "." + HERE, "")
                        .replace(HERE, ""))
                .toList();
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers());
    }

    public abstract static class Generic<T extends @Nullable Object, E extends Exception>
            implements Comparable<Generic<T, E>> {
        public static final int SIZE = 1;

        protected @Nullable T value;
        int hidden;

        protected Generic(T value, @Nullable String @Nullable [] names) {}

        Generic() {}

        public abstract <K extends Number & Serializable> Map.@Nullable Entry<K, T[]> find(
                List<? extends @Nullable T> first, List<? super K> second, List<?> third) throws E, IOException;

        @Override
        public final int compareTo(Generic<T, E> other) {
            return 0;
        }

        public static void all(Object... values) {}

        @Override
        public String toString() {
            return "generic";
        }
    }

    public sealed interface Shape {
        int area();

        default int twice() {
            return 2 * area();
        }
    }

    public record Point(int x, @Nullable Integer y) implements Shape {
        public Point(int x) {
            this(x, null);
        }

        @Override
        public int area() {
            return 0;
        }
    }

    record Hidden() implements Shape {
        @Override
        public int area() {
            return 0;
        }
    }

    public enum Colour implements Shape {
        RED,
        GREEN {
            @Override
            public int area() {
                return 1;
            }
        };

        @Override
        public int area() {
            return 0;
        }
    }

    interface Growing extends Serializable {
        void grow();
    }

    abstract static class Branch extends Thread implements Growing {
        public int inherited;

        protected void hidden() {}
    }

    public static final class Leaf extends Branch {
        @Override
        public void grow() {}
    }

    public @interface Marked {
        String value();

        Class<?> type() default Object.class;
    }
}
