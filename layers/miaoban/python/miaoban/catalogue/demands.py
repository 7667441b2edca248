"""What checks demand, and the error when it is not so: one sentence, with the words that lead to the place."""

from miaoban.catalogue.errors import CatalogueError, ExpressionError
from miaoban.catalogue.expressions import assigns, compiled


def require(right: object, file: str, sentence: str, *words: str) -> None:
    """Raise CatalogueError unless all is right; the words lead to the place in the file."""
    if not right:
        raise CatalogueError(sentence, file, words)


def check_expression(file: str, expression: str, *words: str) -> None:
    """Raise CatalogueError for an expression that does not compile, or that assigns where it should compare."""
    try:
        compiled(expression)
    except ExpressionError as error:
        raise CatalogueError(f"{words[-1]} 的{error}", file, (*words, expression)) from error
    sentence = f"{words[-1]} 的表达式 {expression} 中有单个的 =，比较请写成 =="
    require(not assigns(expression), file, sentence, *words, expression)
