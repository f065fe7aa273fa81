using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Slerp.Connector.DependencyInjection;

/// <summary>That a client is registered under a key, and by which name its options are found.</summary>
/// <typeparam name="TOptions">Its kind of options.</typeparam>
/// <param name="Key">The key; null for the default client.</param>
/// <param name="OptionsName">The name of its options: no other key has the same.</param>
internal sealed record Registration<TOptions>(object? Key, string OptionsName)
    where TOptions : class
{
    /// <summary>Whether its options come from configuration, where a path that is missing is more likely forgotten than left out.</summary>
    public bool IsConfigured { get; init; }

    /// <summary>Its options.</summary>
    public TOptions Options(IServiceProvider provider) => provider.GetRequiredService<FirstOptions<TOptions>>().Get(OptionsName);

    /// <summary>The one of a key; null where there is none.</summary>
    public static Registration<TOptions>? Of(IServiceCollection services, object? key) => All(services).FirstOrDefault(registration => Equals(registration.Key, key));

    /// <summary>Claims a key, and registers what every client needs.</summary>
    /// <exception cref="InvalidOperationException">The key is taken.</exception>
    public static Registration<TOptions> Claim<TValidator, TCrossValidator>(IServiceCollection services, object? key, bool isConfigured)
        where TValidator : class, IValidateOptions<TOptions>
        where TCrossValidator : class, IValidateOptions<TOptions>
    {
        var earlier = All(services).ToList();
        if (earlier.Exists(other => Equals(other.Key, key)))
        {
            throw new InvalidOperationException(
                $"{(key is null ? "The default registration" : $"A registration under the key '{key}'")} with {typeof(TOptions).Name} is there already. "
                + "Give the other one a key of its own; to change the options of the first, configure them by IServiceCollection.Configure or PostConfigure.");
        }

        var name = NameOf(key);
        for (var number = 2; earlier.Exists(other => other.OptionsName == name); number++)
        {
            name = $"{NameOf(key)}#{number}";
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, TValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, TCrossValidator>());
        services.TryAddSingleton<FirstOptions<TOptions>>();
        SharedServices.Add(services);
        var registration = new Registration<TOptions>(key, name) { IsConfigured = isConfigured };
        services.AddSingleton(registration);
        return registration;
    }

    private static IEnumerable<Registration<TOptions>> All(IServiceCollection services) =>
        services.Where(static service => !service.IsKeyedService).Select(static service => service.ImplementationInstance).OfType<Registration<TOptions>>();

    // A text is its own name, so that an application can configure by it; the name of the default client is the empty one.
    private static string NameOf(object? key) => key switch
    {
        null => Microsoft.Extensions.Options.Options.DefaultName,
        string { Length: > 0 } name => name,
        _ => $"{key.GetType().FullName}:{key}",
    };
}
