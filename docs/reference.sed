# How Doxygen reads a header: the paragraph at its head, a plain comment, begins the page of the
# file. Every line keeps its number.
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
s|^//   |///     |
t paragraph
s|^//|///|
t paragraph
:rest
n
b rest
}
