/**
 * App: the page: its navigation, and the view that the address names.
 */
export const App = () => <main>Callsheet</main>
