use std::num::NonZero;

/// One text in, one text out: what [`Cleaner`](super::Cleaner),
/// [`Normalizer`](super::Normalizer), [`StopWords`](super::StopWords),
/// [`Stemmer`](super::Stemmer) and [`Anonymizer`](super::Anonymizer) have in common.
///
/// The same text always gives the same result, whichever thread asks.
pub trait Transform: Send + Sync {
    /// Appends the result for `text` to `out`.
    fn transform_into(&self, text: &str, out: &mut String);

    /// The result for `text`.
    fn transform(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        self.transform_into(text, &mut out);
        out
    }
}

/// The fewest texts worth a thread of their own: below this, starting the
/// thread costs more than it saves.
const TEXTS_PER_THREAD: usize = 256;

/// Applies `work` to every text, on as many as `threads` threads (`None`: as many
/// as this process may really use), and returns the results in order.
///
/// The threads live only for this call, so a process that forks afterwards is
/// as safe as one that never called it.
///
/// ```
/// use pantau::text::{Cleaner, Language, Transform, map_in_order};
///
/// let cleaner = Cleaner::new(Language::English);
/// let cleaned = map_in_order(&["Good!", "Bad?"], None, |text| cleaner.transform(text));
/// assert_eq!(cleaned, ["good", "bad"]);
/// ```
pub fn map_in_order<T: Sync, R: Send>(
    texts: &[T],
    threads: Option<NonZero<usize>>,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    map_in_order_by(texts, thread_count(texts.len(), threads), work)
}

/// [`map_in_order`] on exactly `threads` threads, for items that are larger than a text.
pub(crate) fn map_in_order_by<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    if threads <= 1 || items.len() <= 1 {
        return items.iter().map(work).collect();
    }
    let threads = threads.min(items.len());
    let edge = |thread: usize| thread * items.len() / threads;
    let share = |thread: usize| &items[edge(thread)..edge(thread + 1)];
    let work = &work;
    let parts: Vec<Vec<R>> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|thread| {
                let part = share(thread);
                scope.spawn(move || part.iter().map(work).collect())
            })
            .collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    parts.into_iter().flatten().collect()
}

/// How many threads this many texts deserve. The standard library's count
/// already respects the cgroup quota and the CPU set of the process.
pub(crate) fn thread_count(texts: usize, threads: Option<NonZero<usize>>) -> usize {
    let wanted =
        threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get);
    wanted.min(texts / TEXTS_PER_THREAD).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_their_order_on_any_number_of_threads() {
        let items: Vec<usize> = (0..5_000).collect();
        let expected: Vec<usize> = items.iter().map(|item| item * 2).collect();
        for threads in [1, 2, 3, 7] {
            assert_eq!(map_in_order(&items, NonZero::new(threads), |item| item * 2), expected);
        }
        assert_eq!(map_in_order(&[] as &[usize], None, |item| item * 2), Vec::<usize>::new());
    }

    #[test]
    fn short_batches_stay_on_the_calling_thread() {
        let four = NonZero::new(4);
        assert_eq!(thread_count(0, four), 1);
        assert_eq!(thread_count(TEXTS_PER_THREAD, four), 1);
        assert_eq!(thread_count(TEXTS_PER_THREAD * 100, four), 4);
    }
}
