/** The tables, in the order they are created. Money is in cents, amounts in grams, millilitres or pieces. */
export const TABLES: readonly string[] = [
  `create table restaurants (id int primary key, name text not null, city text not null)`,
  `create table categories (
     id int primary key, restaurant_id int not null references restaurants, name text not null, position int not null)`,
  `create table dishes (
     id int primary key, restaurant_id int not null references restaurants,
     category_id int not null references categories, name text not null,
     price_cents int not null check (price_cents > 0), changed_at timestamptz not null default now())`,
  `create table ingredients (
     id int primary key, name text not null unique, unit text not null, portion int not null,
     cents_per_thousand int not null check (cents_per_thousand > 0))`,
  `create table recipe_items (
     dish_id int references dishes, ingredient_id int references ingredients, amount int not null,
     primary key (dish_id, ingredient_id))`,
  `create table stock (
     restaurant_id int references restaurants, ingredient_id int references ingredients,
     quantity int not null check (quantity >= 0), reorder_at int not null,
     primary key (restaurant_id, ingredient_id))`,
  `create table staff (
     id int primary key, restaurant_id int not null references restaurants, name text not null, role text not null)`,
  `create table promotions (
     id int primary key, restaurant_id int not null references restaurants,
     category_id int not null references categories, name text not null, percent int not null,
     ends_at timestamptz not null)`,
  `create table orders (
     id int not null, restaurant_id int not null, table_number int not null, status text not null,
     placed_at timestamptz not null, total_cents int not null)`,
  `create table order_lines (
     order_id int not null, dish_id int not null, quantity int not null, price_cents int not null)`,
]

/** Keys and indexes of the two large tables, made once they are full: several times faster than keeping them up to date. */
export const INDEXES: readonly string[] = [
  `alter table orders add primary key (id)`,
  `alter table orders add foreign key (restaurant_id) references restaurants`,
  `create index orders_by_time on orders (restaurant_id, placed_at)`,
  `alter table order_lines add primary key (order_id, dish_id)`,
  `alter table order_lines add foreign key (order_id) references orders`,
  `alter table order_lines add foreign key (dish_id) references dishes`,
  `create sequence order_ids as int owned by orders.id`,
  `select setval('order_ids', (select max(id) from orders))`,
  `alter table orders alter column id set default nextval('order_ids')`,
  `analyze`,
]

/** Holds one row once the data is complete. */
export const FILLED = `create table filled (orders int not null, filled_at timestamptz not null default now())`
