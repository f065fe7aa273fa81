namespace Slerp.Engine;

/// <summary>Questions about nothing in particular, whose answers use the words that answers use. Nobody's text: written for this purpose.</summary>
internal static class WarmQuestions
{
    /// <summary>The questions, in the order they are asked.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "Hello! What can you do?",
        "Explain in a few sentences how a bicycle stays upright.",
        "Write a short story about a lighthouse keeper.",
        "What is the capital of France, and what is it known for?",
        "List five things to take on a walk in the mountains.",
        "Write a small function that adds two numbers, and say how it works.",
        "A train leaves at 9:15 and arrives at 11:40. How long does the journey take? Show the steps.",
        "Summarize why people sleep.",
        "Translate to German: The weather is nice today, and we will go to the lake.",
        "Write a polite letter that asks for a new appointment.",
        "What are the advantages and disadvantages of working at home?",
        "Reply with a JSON object that describes a book: title, author, year.",
    ];
}
