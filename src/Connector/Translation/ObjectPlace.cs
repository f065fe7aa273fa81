using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace Slerp.Connector.Translation;

/// <summary>Where in the messages an object of the application stands that is written as JSON.</summary>
/// <param name="Message">The message's index.</param>
/// <param name="Content">The index of its part.</param>
/// <param name="What">What of the call it is.</param>
/// <param name="CallId">The call.</param>
/// <param name="Function">The function called; null where the call is not among the messages.</param>
internal readonly record struct ObjectPlace(int Message, int Content, string What, string CallId, string? Function)
{
    /// <summary>The object as JSON.</summary>
    /// <exception cref="ArgumentException">It cannot be written; names the place. What the serialiser, or the object, threw is its inner exception.</exception>
    public string Json(object value, Type type)
    {
        try
        {
            return JsonSerializer.Serialize(value, Contract(type));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Getters and converters are the application's: they can throw anything.
            var function = Function is null ? "" : $" of the function '{Function}'";
            throw new ArgumentException(
                $"messages[{Message}].Contents[{Content}]: the {What} of call '{CallId}'{function} cannot be written as JSON ({failure.GetType().Name}: {failure.Message}) "
                + "Hand over what System.Text.Json can write: no cycles, no delegates, finite numbers, getters that do not throw.",
                failure);
        }
    }

    private static JsonTypeInfo Contract(Type type) => AIJsonUtilities.DefaultOptions.GetTypeInfo(type);
}
