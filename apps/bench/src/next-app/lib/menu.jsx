/** @param {{ slug: string, dishes: readonly { id: number, name: string, price: number }[] }} props */
export function Menu({ slug, dishes }) {
  return (
    <main>
      <h1>Menu {slug}</h1>
      <p id="made">{globalThis.crypto.randomUUID()}</p>
      <ul>
        {dishes.map(({ id, name, price }) => (
          <li key={id}>
            {name} {price}
          </li>
        ))}
      </ul>
    </main>
  )
}
