# How Doxygen reads a header: it has a page (\file), and the paragraph at its head, a plain comment
# after a blank line, is what the page says. Every line keeps its number.
1s|.*|/// \\file|
/^$/{
    N
    /^\n\/\/ /!{
        P
        D
    }
    s|^\n//|/// \\file\n///|
    :paragraph
    n
    # Indented lines are a table or a program, and become one for Doxygen from four spaces on.
    s|^//   |///     |
    t paragraph
    s|^//|///|
    t paragraph
    :rest
    n
    b rest
}
